"""The shop with other feeds beside its lists: what is gone, an id sweep, a circle."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from shared_code.errors import CausewayError
from shared_code.fetch.paging import (
    Agreeing,
    ChangeCapture,
    Fields,
    Key,
    Links,
    Pages,
    Since,
    Stale,
    SyncTokens,
    Whole,
    no_more,
)
from shared_code.model import Shape
from shared_code.spec import DataSource, Feed, Page, Resource
from shared_code.sync.pages import read_pages
from shared_code.sync.plan import plan
from shared_code.sync.publish import publish_run
from shared_code.sync.runs import LEASE, claim
from tests.support.shop import SOURCE, Rig, parse

_GONE = Fields({}, number="page", size="size", since=Since("deleted_since"))


def parse_gone(body: bytes) -> Page:
    gone = [Key(row["id"], _moment(row.get("at"))) for row in json.loads(body)["gone"]]
    return Page([], deleted=gone)


def parse_feed(body: bytes) -> Page:
    """Changes and deletions in one page, as sync feeds give them."""
    page = json.loads(body)
    gone = [Key(name) for name in page["removed"]]
    return Page(page["rows"], next=page["next"], more=page["more"], deleted=gone)


def key_of(row: Mapping[str, Any]) -> Key:
    return Key(row["id"], _moment(row.get("modified")))


CONTACTS = SOURCE.resource("Contacts")
ITEMS = SOURCE.resource("Items")

GONE = Resource(
    name="Gone",
    path="/gone",
    paging=Pages(_GONE, 50, incremental=True),
    parse=parse_gone,
    key=key_of,
    feeds=(),
    deletes=("customers", "suppliers", "items"),
)
SWEEP = Resource(
    name="ContactIds",
    path="/ids",
    paging=Whole({}),
    parse=parse,
    key=key_of,
    feeds=(),
    listed_whole=True,
    deletes=("customers",),
)
CAPTURE = replace(
    GONE,
    name="Changes",
    path="/changes",
    paging=ChangeCapture(Fields({}, since=Since("changedSince")), 50, timedelta(days=30)),
)
WEEKLY = replace(SWEEP, every=timedelta(days=7))
FEED = replace(
    CONTACTS,
    path="/feed",
    paging=SyncTokens(Fields({}, after="cursor"), 50, no_more),
    parse=parse_feed,
)
RESTLESS = replace(
    ITEMS, paging=Agreeing(Pages(Fields({}, number="page", size="size"), 50), most=2)
)


def linked(path: str = "/linked") -> Resource:
    """Contacts by next link."""
    return replace(CONTACTS, path=path, paging=Links(Fields({}), 3), parse=parse_feed)


def with_resources(rig: Rig, *resources: Resource) -> None:
    """Let the rig's connector declare these lists."""
    source = replace(rig.pipeline.source, resources=resources)
    rig.pipeline = replace(rig.pipeline, source=source)


def with_forgetful_provider(rig: Rig) -> None:
    """Let a 410 mean that the provider does not know the cursor any more."""
    provider_for = rig.pipeline.provider_for

    def fault(status: int, body: bytes) -> CausewayError | None:
        del body
        return Stale("The token has expired") if status == 410 else None

    rig.pipeline = replace(
        rig.pipeline, provider_for=lambda row: replace(provider_for(row), fault=fault)
    )


def drive(rig: Rig, *data_types: str) -> None:
    """Do what the orchestration does, without waiting."""
    ref = claim(rig.db, rig.company, rig.request(*data_types), until=rig.clock.now() + LEASE)
    assert ref is not None
    for name in plan(rig.pipeline, ref):
        while read_pages(rig.pipeline, ref, name).state == "more":
            pass
    publish_run(rig.pipeline, ref)


def gone(rows: Sequence[Mapping[str, Any]]) -> httpx.Response:
    return httpx.Response(200, json={"gone": list(rows)})


def feed(
    *titles: str, removed: Sequence[str] = (), after: str | None = None, more: bool = False
) -> httpx.Response:
    rows = [{"id": each, "title": each, "modified": "2029-01-01T00:00:00Z"} for each in titles]
    body = {"rows": rows, "removed": list(removed), "next": after, "more": more}
    return httpx.Response(200, json=body)


def listed(*names: str) -> httpx.Response:
    return httpx.Response(200, json={"rows": [{"id": each} for each in names], "total": None})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def visited(resource: Resource, visitor: Callable[[], None]) -> Resource:
    """A list that lets somebody in before each record is mapped, between two commits."""

    def before(feed: Feed) -> Feed:
        def visit_and_map(record: object, lookups: object) -> Shape | None:
            visitor()
            return feed.map(record, lookups)

        return replace(feed, map=visit_and_map)

    return replace(resource, feeds=tuple(before(feed) for feed in resource.feeds))


def make_fatal_source() -> DataSource:
    """Make a source whose first record, when it is mapped, ends the process."""
    return _visited_source(partial(os._exit, 1))


def make_waiting_source(fifo: str) -> DataSource:
    """Make a source each of whose records takes a byte from a named pipe, until that is gone."""

    def wait() -> None:
        with suppress(FileNotFoundError), Path(fifo).open("rb", buffering=0) as gate:
            gate.read(1)

    return _visited_source(wait)


def _visited_source(visit: Callable[[], None]) -> DataSource:
    return replace(SOURCE, resources=tuple(visited(each, visit) for each in SOURCE.resources))
