"""Pages of several lists are committed together, and one that cannot be is told from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import Connection

from shared_code.errors import Reject
from shared_code.fetch.paging import Whole
from shared_code.figures import Figure
from shared_code.remap.job import driver_of
from shared_code.spec import Check, Resource
from shared_code.store import pace
from shared_code.store.database import Database
from shared_code.sync.pulls import FETCHED
from shared_code.sync.runs import claim
from tests.support.feeds import feed, linked, with_resources
from tests.support.shop import COMPANY, SOURCE, Rig, parse

ITEMS, CONTACTS = SOURCE.resources
TYPES = ("items", "customers", "suppliers")


def refuse(_record: object, _lookups: object) -> Sequence[Figure]:
    raise Reject("These are no figures")


BOOKS = replace(
    ITEMS,
    name="Books",
    path="/books",
    paging=Whole({}),
    parse=parse,
    feeds=(),
    listed_whole=False,
    checks=(Check("trialBalance", ("items",), refuse),),
)


def sync(rig: Rig, *data_types: str) -> int:
    """Sync, everything by default, as the orchestration does; gives how many activities it took."""
    run = rig.request(*(data_types or TYPES))
    ref = claim(rig.db, COMPANY, run, until=rig.pipeline.lease_end())
    assert ref is not None
    activities = 1
    while (state := driver_of(rig.pipeline).drive(ref).state) != "over":
        assert state == "more"
        activities += 1
    return activities


def fill(rig: Rig, *resources: Resource) -> None:
    with_resources(rig, *resources)
    rig.shop.items = {"i1": "Widget"}
    for number in range(7):
        rig.shop.put(f"r{number}", f"Contact {number}")


def test_a_page_that_fails_takes_none_of_the_others_along(rig: Rig) -> None:
    fill(rig, ITEMS, BOOKS, CONTACTS)
    rows = {"rows": [{"id": "b"}], "total": 1}
    rig.shop.paths["/books"] = [httpx.Response(200, json=rows)]
    sync(rig)
    assert set(rig.statuses().values()) == {"Complete"}
    assert len(rig.visible("customers")) == 7
    assert set(rig.visible("items")) == {"i1"}
    states = dict(tuple(row) for row in rig.rows("select resource, state from run_resources"))
    assert states == {"Items": "read", "Books": "failed", "Contacts": "read"}
    assert Counter(rig.shop.calls)["/items"] == 1
    assert Counter(rig.shop.calls)["/books"] == 1


def test_what_a_list_looks_up_is_committed_before_it_is_read(rig: Rig) -> None:
    fill(rig, ITEMS, CONTACTS)
    rig.shop.items = {"r1": "Widget"}
    assert sync(rig) == 1
    assert rig.visible("customers")["r1"]["contactName"] == "Widget"


def test_a_lookup_is_read_though_the_run_is_not_held_against_it(rig: Rig) -> None:
    fill(rig, ITEMS, BOOKS, replace(CONTACTS, lookups=("Books",)))
    rows = {"rows": [{"id": "r1", "title": "Widget"}], "total": 1}
    rig.shop.paths["/books"] = [httpx.Response(200, json=rows)]
    rig.pipeline = replace(
        rig.pipeline,
        source=replace(
            rig.pipeline.source,
            make_lookups=lambda pages: {row["id"]: row["title"] for row in pages["Books"]},
        ),
    )
    assert sync(rig, "customers") == 1
    assert rig.visible("customers")["r1"]["contactName"] == "Widget"


def test_progress_counts_all_pages_of_an_activity(rig: Rig) -> None:
    fill(rig, ITEMS, CONTACTS)
    for number in range(7, 12):
        rig.shop.put(f"r{number}", f"Contact {number}")
    ref = claim(rig.db, COMPANY, rig.request("customers"), until=rig.pipeline.lease_end())
    assert ref is not None
    rig.shop.answers = [*[lambda: None] * 3, lambda: rig.clock.advance(31)]
    assert driver_of(rig.pipeline).drive(ref).state == "more"
    # Each page begins with the last record of the one before it.
    read = 7
    [(progress,)] = rig.rows("select progress from pulls where data_type = 'customers'")
    assert FETCHED * read / 12 <= progress < FETCHED


def test_a_wait_in_a_later_list_shows_at_its_types_and_keeps_what_was_read(rig: Rig) -> None:
    fill(rig, ITEMS, replace(CONTACTS, lookups=()))
    rig.shop.answers = [lambda: None, httpx.Response(429, headers={"Retry-After": "90"})]
    ref = claim(rig.db, COMPANY, rig.request("items", "customers"), until=rig.pipeline.lease_end())
    assert ref is not None
    assert driver_of(rig.pipeline).drive(ref).state == "wait"
    assert rig.statuses() == {"items": "Processing", "customers": "Fetching"}
    described = rig.rows("select status_description from pulls where data_type = 'customers'")
    assert described[0][0].startswith("Paused until")
    rig.clock.advance(91)
    assert driver_of(rig.pipeline).drive(ref).state == "over"
    assert Counter(rig.shop.calls)["/items"] == 1
    assert len(rig.visible("customers")) == 7


def test_a_large_page_changes_what_a_small_one_before_it_brought(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST", 2)
    fill(rig, ITEMS, replace(ITEMS, name="More", path="/more"))
    rows = [{"id": f"i{number}", "title": f"Later {number}"} for number in (1, 2, 3)]
    rig.shop.paths["/more"] = [httpx.Response(200, json={"rows": rows, "total": 3})]
    sync(rig, "items")
    found = {each: record["name"] for each, record in rig.visible("items").items()}
    assert found == {"i1": "Later 1", "i2": "Later 2", "i3": "Later 3"}


@pytest.fixture
def portions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What loads write at a time: two records at most."""
    written: list[int] = []
    wrote = pace.Sitting.wrote

    def note(sitting: pace.Sitting, records: int) -> None:
        written.append(records)
        wrote(sitting, records)

    monkeypatch.setattr(pace, "MOST", 2)
    monkeypatch.setattr(pace.Sitting, "wrote", note)
    return written


def test_a_page_without_records_takes_no_large_one_along(rig: Rig, portions: list[int]) -> None:
    fill(rig, ITEMS, replace(CONTACTS, lookups=()))
    rig.shop.items = {}
    sync(rig)
    assert sum(portions) >= 2 * 7
    assert max(portions) == 2


def test_pages_that_name_what_is_gone_are_written_little_by_little(
    rig: Rig, portions: list[int]
) -> None:
    fill(rig, replace(linked("/named"), lookups=()))
    names = [f"r{number}" for number in range(6)]
    feeds = [feed(*names, after="/named?after=1", more=True)]
    feeds += [feed(removed=names[n : n + 2], after=f"/named?after={n + 2}") for n in (0, 2)]
    rig.shop.paths["/named"] = [*feeds, feed(removed=names[4:])]
    sync(rig, "customers")
    gone = [doc["metadata"]["isDeleted"] for doc in rig.visible("customers").values()]
    assert gone == [True] * 6
    assert portions == [2] * 6


class DiedError(Exception):
    """Whoever read is no more."""


class Mortal(Database):
    """The store of somebody who dies after so many commits."""

    def __init__(self, db: Database, commits: int) -> None:
        super().__init__(db.engine)
        self.left = commits

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[Connection]:
        with super().write(flushed=flushed) as tx:
            yield tx
        self.left -= 1
        if not self.left:
            raise DiedError


@pytest.mark.parametrize("commits", range(2, 12))
def test_whoever_dies_within_a_large_page_leaves_nothing_undone_or_done_twice(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    monkeypatch.setattr(pace, "MOST", 1)
    # Somebody waits at all times, so that each record is committed by itself.
    monkeypatch.setattr(pace, "is_awaited", lambda _: True)
    fill(rig, ITEMS, CONTACTS)
    rig.shop.put("unmappable", "unmappable")
    alive = rig.pipeline
    rig.pipeline = replace(alive, db=Mortal(rig.db, commits))
    ref = claim(rig.db, COMPANY, rig.request(*TYPES), until=alive.lease_end())
    assert ref is not None
    with pytest.raises(DiedError):
        driver_of(rig.pipeline).drive(ref)
    rig.pipeline = alive
    while driver_of(alive).drive(ref).state != "over":
        pass
    assert set(rig.statuses().values()) == {"Complete"}
    assert set(rig.visible("customers")) == {f"r{number}" for number in range(7)}
    assert rig.rows("select count(*) from records_customers")[0][0] == 7
    assert [row[0] for row in rig.rows("select source_id from rejects")] == ["unmappable"]
