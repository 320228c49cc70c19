"""A made-up provider with a list for each way in which deletions show, and its connector.

What the lists hold is told plainly, by id: which data type stands for which of the books' records
matters to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from local.conformance import Conformance, Simulator
from local.conformance.served import simulator_made
from local.providers.books.book import Book
from local.providers.books.kinds import is_gone, kind_of
from local.providers.books.truth import Truth
from local.providers.kit import auth
from local.providers.kit import paging as styles
from local.providers.kit.asked import Asked
from local.providers.kit.declared import (
    Envelope,
    Json,
    Resource,
    Simulated,
    Telling,
    removed_of,
    with_removed,
)
from local.providers.kit.filters import Since
from local.providers.kit.simulate import simulate
from shared_code.catalogue import XERO
from shared_code.connect.auth.declared import OAuth, TenantFact
from shared_code.connect.auth.facts import Fact
from shared_code.connector import Connector
from shared_code.custody.grants import GrantRules
from shared_code.fetch import paging
from shared_code.fetch.decoding import decode_json
from shared_code.mapping.reading import rows_in
from shared_code.model import accounting
from shared_code.model.accounting import ItemType, PaymentMethodType
from shared_code.model.base import Metadata
from shared_code.model.shapes import Status
from shared_code.spec import DataSource, Feed, Page, disconnected
from shared_code.spec import Resource as Read

API = "/v1/"
SIZE = styles.Size("limit", 20, 100)
PAGED = styles.Pages(SIZE)
SINCE = (Since("since"),)

# A record of the books, or of the provider's.
Value = Any


@dataclass(frozen=True, slots=True)
class Whether:
    """What is gone, for calls that ask for it; the others get what is there."""

    reads: str = "status"

    def of(self, rows: styles.Rows, asked: Asked) -> styles.Rows:
        wanted = asked.params.get(self.reads) == "deleted"
        return rows.only([each for each in rows.records if is_gone(each) is wanted])


def told(of: Value, _: Telling) -> Json:
    """Tell a record, or what is left of it."""
    status = "deleted" if is_gone(of) else "there"
    return {"id": of.id, "updated_at": of.updated_at.isoformat(), "status": status}


def of_kind(kind: str) -> Callable[[Book], list[Value]]:
    """List the records of a kind, by last change."""
    return lambda book: [
        each for timeline in book.edited() for each in timeline if kind_of(each) == kind
    ]


def listed(name: str, kind: str, **differs: Any) -> Resource:  # noqa: ANN401 - checked by the kit
    usual: dict[str, Any] = {
        "name": name,
        "path": f"/{name}",
        "records": of_kind(kind),
        "shape": told,
        "envelope": Envelope(rows="data", gone="removed", cursor="cursor", more="more", url="next"),
        "paging": PAGED,
        "filters": SINCE,
    }
    return Resource(**{**usual, **differs})


LISTS = (
    listed(
        "items", "item", gone=is_gone, paging=styles.Linked(styles.Tokens(SIZE, by="key"), "body")
    ),
    listed("invoices", "invoice", gone=is_gone),
    listed("deletions", "invoice", records=removed_of("invoice")),
    listed("bills", "bill", filters=(*SINCE, Whether())),
    listed("transfers", "transfer"),
    listed("spending", "spent", gone=is_gone),
    listed("spending-ids", "spent", gone=is_gone, paging=styles.Whole()),
    listed("payments", "payment", gone=is_gone),
    listed(
        "changes",
        "payment",
        records=with_removed(of_kind("payment"), "payment"),
        gone=is_gone,
        feed=True,
        paging=styles.Whole(most=1_000),
        filters=(Since("since", required=True, reach=timedelta(days=40)),),
    ),
    listed(
        "orders",
        "order",
        records=with_removed(of_kind("order"), "order"),
        gone=is_gone,
        feed=True,
        paging=styles.SyncFeed(SIZE),
        filters=(),
    ),
)

STANDS_FOR = {
    "items": "item",
    "customers": "invoice",
    "suppliers": "bill",
    "taxRates": "transfer",
    "paymentMethods": "spent",
    "trackingCategories": "payment",
    "journals": "order",
}
"""Kinds of the books' records, by the data type that they are read as."""


def truth(book: Book) -> Truth:
    return {
        data_type: {each.id: {} for each in of_kind(kind)(book) if not is_gone(each)}
        for data_type, kind in STANDS_FOR.items()
    }


KIOSK = Simulated(
    title="Kiosk",
    auth=auth.OAuth(scopes=frozenset({"read"}), answer_names="account_id"),
    root="/v1",
    resources=LISTS,
    truth=truth,
)


def moment(row: Mapping[str, Any]) -> datetime | None:
    text = row.get("updated_at")
    return datetime.fromisoformat(text) if text else None


def key(row: Mapping[str, Any]) -> paging.Key:
    return paging.Key(str(row["id"]), moment(row))


def parse(body: bytes) -> Page:
    """Read a page, with what it names as gone."""
    page = decode_json(body)
    rows, gone = rows_in(page, "data"), [*map(key, page.get("removed") or ())]
    count = len(rows) + len(gone)
    return Page(
        rows,
        next=page.get("next") or page.get("cursor"),
        more=page.get("more"),
        rows=count,
        deleted=gone,
    )


def parse_gone(body: bytes) -> Page:
    """Read a page whose rows are what is gone."""
    page = parse(body)
    return Page((), rows=len(page.records), deleted=[*map(key, page.records)])


def parse_changes(body: bytes) -> Page:
    """Read of a page of changes what is gone."""
    return replace(parse(body), records=())


def common(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "metadata": Metadata(is_deleted=row.get("status") == "deleted")}


def plain(make: Callable[..., Value], **more: object) -> Callable[[Value, Value], Value]:
    return lambda row, _: make(**common(row), status=Status.ACTIVE, **more)


def item(row: Mapping[str, Any], _: Value) -> accounting.Item:
    kind: dict[str, Any] = {
        "is_bill_item": False,
        "is_invoice_item": True,
        "type": ItemType.UNKNOWN,
    }
    return accounting.Item(**common(row), item_status=Status.ACTIVE, **kind)


def fields(**params: str) -> paging.Fields:
    since = paging.Since("since")
    return paging.Fields(params, number="page", size="limit", since=since)


def read(name: str, strategy: paging.Paging, **differs: Any) -> Read:  # noqa: ANN401
    usual: dict[str, Any] = {
        "name": name,
        "path": API + name,
        "paging": strategy,
        "parse": parse,
        "key": key,
        "feeds": (),
    }
    return Read(**{**usual, **differs})


def by_change(name: str, data_type: str, map_record: Callable[..., Value]) -> Read:
    return read(name, paging.ModifiedSince({}, 100, fields()), feeds=(Feed(data_type, map_record),))


GONE = paging.Pages(fields(), 100, incremental=True)
SECOND = paging.Pages(fields(status="deleted"), 100, incremental=True)
CHANGES = paging.ChangeCapture(fields(), 1_000, timedelta(days=30))
FEED = paging.SyncTokens(paging.Fields({}, after="cursor", size="limit"), 100, paging.no_more)
LINKS = paging.Links(paging.Fields({}, size="limit"), 100)

RESOURCES = (
    read("items", LINKS, feeds=(Feed("items", item),), listed_whole=True),
    by_change("invoices", "customers", plain(accounting.Customer)),
    by_change("bills", "suppliers", plain(accounting.Supplier)),
    by_change("transfers", "taxRates", plain(accounting.TaxRate)),
    by_change(
        "spending",
        "paymentMethods",
        plain(accounting.PaymentMethod, type=PaymentMethodType.UNKNOWN),
    ),
    by_change(
        "payments", "trackingCategories", plain(accounting.TrackingCategory, has_children=False)
    ),
    read("orders", FEED, feeds=(Feed("journals", plain(accounting.Journal, has_children=False)),)),
    read("deletions", GONE, parse=parse_gone, deletes=("customers",)),
    read("bills-gone", SECOND, path=API + "bills", parse=parse_gone, deletes=("suppliers",)),
    read("changes", CHANGES, parse=parse_changes, deletes=("trackingCategories",)),
    read("spending-ids", paging.Whole({}), listed_whole=True, deletes=("paymentMethods",)),
)


def connector(simulator: Simulator, resources: tuple[Read, ...] = RESOURCES) -> Connector:
    """Declare the kiosk's connector for the place where its simulator is."""
    url = simulator.url
    return Connector(
        source=DataSource(
            integration=XERO,
            base_url=url,
            resources=resources,
            mapping_version=1,
            make_lookups=lambda _: None,
            tenant_headers=lambda _: {},
            fault=disconnected("The kiosk", 403, b'"code":"tenant"'),
        ),
        auth=OAuth(
            authorize_url=f"{url}/oauth/authorize",
            token_url=f"{url}/oauth/token",
            revocation_url=f"{url}/oauth/revoke",
            client_id=simulator.client_id,
            client_secret_name="kiosk-client-secret",
            scopes=("read",),
            answer_facts=(Fact("account", r"[\w-]{1,80}", "account_id"),),
            rules=GrantRules(refresh_grace=timedelta(minutes=30)),
        ),
        hosts=(url,),
        tenants=TenantFact("account"),
    )


class Kiosk(Conformance):
    """Its checks, for a test to choose of."""

    simulator = staticmethod(simulator_made(simulate(KIOSK)))
    page: ClassVar[int | None] = 6

    def declare(self, simulator: Simulator) -> Connector:
        return connector(simulator)
