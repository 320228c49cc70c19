"""Providers declared for tests alone, one that pages in every style, and a client of theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from starlette.types import ASGIApp

from local.providers.books.generate import Story
from local.providers.books.kinds import is_gone
from local.providers.kit.auth import Auth, Keys, Tenancy
from local.providers.kit.declared import (
    Envelope,
    Json,
    Resource,
    Simulated,
    Telling,
    removed_of,
    with_removed,
)
from local.providers.kit.filters import Since, SortedBy, Unless
from local.providers.kit.paging import (
    Keyset,
    Linked,
    Offsets,
    Pages,
    Size,
    SyncFeed,
    Tokens,
    Whole,
    Windows,
)
from local.providers.kit.simulate import simulate
from local.providers.kit.sql import Sql
from local.providers.kit.throttle import Limited
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.hooks import Hmac, Notice, Webhooks
from local.providers.simulation.limits import Limits
from local.providers.simulation.simulator import Settings, Simulator
from local.providers.start import assemble
from shared_code.ports.clock import Clock
from tests.support.asgi import app_client

SIZE = Size("limit", 20, 50)
STORY = Story(invoices=160, bulk_import=30)


# A record of the books, of any kind.
def _told(record: Any, _: Telling) -> Json:  # noqa: ANN401
    return {
        "id": record.id,
        "changed": record.updated_at.isoformat(),
        "kind": type(record).__name__,
    }


def _list(name: str, **more: Any) -> Resource:  # noqa: ANN401 - the resource checks them itself
    usual: dict[str, Any] = {
        "name": name,
        "path": f"/{name}",
        "records": lambda book: book.invoices,
        "shape": _told,
        "envelope": Envelope(
            rows="data", total="total", more="has_more", cursor="next", url="links.next"
        ),
    }
    return Resource(**{**usual, **more})


def number_of(record_id: str) -> int:
    """A record's number, for a list whose ids are numbers."""
    return int(record_id.replace("-", "")[:12], 16)


def _text_in_to_date(literal: str) -> str:
    found = re.fullmatch(r"TO_DATE\(('[^']+'), 'YYYY-MM-DD HH24:MI:SS'\)", literal)
    return found[1] if found else literal


def _events(notice: Notice) -> list[object]:
    return [
        {"tenant": notice.tenant, "type": f"{each.kind}.{each.action}", "id": each.id}
        for each in notice.changes
    ]


RESOURCES = (
    _list("whole", paging=Whole()),
    _list("pages", paging=Pages(SIZE, counts="X-Pages")),
    _list("offsets", paging=Offsets(SIZE)),
    _list("tokens", paging=Tokens(SIZE, by="key"), filters=(Since("since"),)),
    _list("counting_tokens", paging=Tokens(SIZE)),
    _list("keyset", paging=Keyset(SIZE)),
    _list("newest_first", paging=Keyset(SIZE, "starting_after", newest_first=True)),
    _list("header_links", paging=Linked(Tokens(SIZE, by="key"))),
    _list("body_links", paging=Linked(Pages(SIZE), "body"), filters=(Since("since"),)),
    _list("by_change", paging=Pages(SIZE), filters=(Since("If-Modified-Since", "header"),)),
    _list(
        "query",
        entity="Invoice",
        paging=Sql({"MetaData.LastUpdatedTime": lambda each: each.updated_at}),
        envelope=Envelope(rows="QueryResponse.Invoice"),
    ),
    _list(
        "contacts",
        path="/query",
        entity="Contact",
        records=lambda book: book.contacts,
        paging=Sql({"Name": lambda each: each.name, "Active": lambda each: not each.is_archived}),
        envelope=Envelope(rows="QueryResponse.Contact"),
    ),
    _list(
        "suiteql",
        method="POST",
        entity="transaction",
        key=lambda each: str(number_of(each.id)),
        shape=lambda of, telling: {**_told(of, telling), "id": number_of(of.id)},
        paging=Sql(
            {
                "id": lambda each: number_of(each.id),
                "lastmodifieddate": lambda each: each.updated_at,
            },
            param="q",
            size="limit",
            literal=_text_in_to_date,
        ),
        envelope=Envelope(rows="items", total="totalResults", more="hasMore"),
    ),
    _list(
        "graphql",
        method="POST",
        paging=Tokens(Size("variables.first", 20, 50), "variables.after", by="key"),
        filters=(Since("variables.since"),),
        envelope=Envelope(
            rows="data.invoices.nodes",
            cursor="data.invoices.pageInfo.endCursor",
            more="data.invoices.pageInfo.hasNextPage",
        ),
    ),
    _list(
        "windows",
        paging=Windows(
            "from", "to", lambda each: each.issued_on, Offsets(SIZE), timedelta(days=31)
        ),
    ),
    _list(
        "posted", method="POST", paging=Tokens(Size("options.count", 20, 50), "cursor", by="key")
    ),
    _list(
        "feed",
        records=with_removed(lambda book: book.items, "item"),
        gone=is_gone,
        feed=True,
        paging=SyncFeed(SIZE),
        envelope=Envelope(rows="data", cursor="next", more="has_more", gone="removed"),
    ),
    _list("items", records=lambda book: book.items, gone=is_gone),
    _list("present", gone=is_gone),
    _list(
        "tombstones",
        records=removed_of("item", "invoice", "bill"),
        filters=(Since("since", reach=timedelta(days=30)),),
    ),
    _list(
        "changes",
        records=with_removed(lambda book: book.invoices, "invoice", "bill"),
        gone=is_gone,
        feed=True,
        paging=Whole(most=1_000),
        filters=(Since("since", required=True, reach=timedelta(days=30)),),
        envelope=Envelope(rows="data", gone="removed"),
    ),
    _list(
        "sorted",
        paging=Offsets(SIZE),
        filters=(
            SortedBy("sort", {"total": lambda each: f"{each.total:020}"}),
            Unless("drafts", "yes", lambda each: each.status == "draft"),
        ),
    ),
)

DEMO = Simulated(
    title="Demo",
    auth=Keys(),
    root="/v1",
    resources=RESOURCES,
    limits=Limited(
        Limits(per_minute=30, per_day=1_000, at_once=4),
        tell=lambda remaining: {"X-Remaining": str(remaining["minute"])},
    ),
    webhooks=Webhooks(_events, Hmac("X-Demo-Signature")),
)


@dataclass
class Caller:
    """An application that calls a simulator; `headers` go with every call."""

    simulator: Simulator
    http: httpx.Client
    app: ASGIApp
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **params: str) -> httpx.Response:
        """Call with the headers."""
        return self.http.get(path, params=params, headers=self.headers)

    def order(self, control: str, /, **body: object) -> Any:  # noqa: ANN401 - its JSON
        """Give an order to a control and take its answer."""
        answer = self.http.post(f"/_control/{control}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def edit(self, operation: str, **more: object) -> list[str]:
        """Edit the first organisation's books."""
        changed: list[str] = self.order("books/edit", operation=operation, **more)["changed"]
        return changed


def called(
    simulated: Simulated,
    clock: Clock | None = None,
    **settings: Any,  # noqa: ANN401 - Settings checks them
) -> Caller:
    """Build a simulator and its caller, who holds the first organisation's key, if any."""
    usual = {"story": STORY, "rate_limit": False}
    simulator, app = assemble(
        simulate(simulated),
        Settings(**{**usual, **settings}),
        clock=ShiftableClock(clock.now) if clock else None,
    )
    caller = Caller(simulator, app_client(app), app)
    for key in list(simulator.keys.values())[:1]:
        caller.headers["Authorization"] = f"{simulated.auth.shown.scheme} {key}"
    return caller


def guarded(auth: Auth, tenancy: Tenancy | None = None, root: str = "/v1") -> Simulated:
    """Declare a provider with one list behind a way to prove oneself."""
    told = _list("invoices", paging=Pages(SIZE), scopes=frozenset())
    return Simulated(
        title="Guarded", auth=auth, root=root, resources=(told,), tenancy=tenancy or Tenancy()
    )
