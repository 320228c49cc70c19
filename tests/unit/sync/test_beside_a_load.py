"""Who writes a little, and who reads, is not held up by a load: it lets go of the store in between.

Nothing here is timed. A writer who does not wait at all gets in where he should, or fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Event

import httpx
import pytest
from sqlalchemy import Connection, event

from shared_code.fetch.provider import Provider
from shared_code.store import pace
from shared_code.store.database import Database, open_database
from shared_code.store.records import Dataset, Listing, latest, read_page
from shared_code.store.sqlite import sqlite3
from tests.support.feeds import drive, visited, with_resources
from tests.support.postgres import PostgresServer
from tests.support.shop import (
    COMPANY,
    CONNECTION,
    PAGE,
    SOURCE,
    Rig,
    Shop,
    insert_company,
    open_rig,
)

TYPES = ("items", "customers", "suppliers")
READERS = 16
AT_ONCE = 5
"""Records after which the load of these tests commits."""


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Rig]:
    """Where there is one writer at a time."""
    with open_rig(tmp_path) as rig:
        yield rig


def fill(rig: Rig, contacts: int) -> None:
    rig.shop.items = {f"i{number}": f"Item {number}" for number in range(PAGE)}
    for number in range(contacts):
        rig.shop.put(f"r{number}", f"Contact {number}")


def test_a_small_writer_who_does_not_wait_gets_in_between_pages(
    sqlite: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, visits = sqlite, 0
    monkeypatch.setattr(pace, "MOST", AT_ONCE)
    fill(rig, 4 * PAGE)

    def visit() -> None:
        nonlocal visits
        other.execute("begin immediate")
        other.execute("update companies set name = name")
        other.execute("commit")
        visits += 1

    path = rig.db.engine.url.database or ""
    with closing(
        sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    ) as other:
        with_resources(rig, *(visited(each, visit) for each in SOURCE.resources))
        drive(rig, *TYPES)
    records = rig.rows("select sum(records) from raw_pages")[0][0]
    assert visits >= records >= 5 * PAGE
    assert set(rig.statuses().values()) == {"Complete"}


class Watched(Database):
    """The store, which notes after each commit what one number is by then."""

    def __init__(self, db: Database, number: str) -> None:
        super().__init__(db.engine)
        self.number, self.noted = number, [0]

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[Connection]:
        with super().write(flushed=flushed) as tx:
            yield tx
        with self.read() as tx:
            self.noted.append(tx.exec_driver_sql(self.number).scalar_one())

    @property
    def steps(self) -> list[int]:
        """By how much each commit changed it."""
        return [after - before for before, after in pairwise(self.noted)]


@pytest.fixture
def somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever a load looks."""
    monkeypatch.setattr(pace, "is_awaited", lambda _: True)


@pytest.mark.usefixtures("somebody_waits")
def test_no_commit_of_a_load_takes_more_than_its_share_and_a_page(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST", AT_ONCE)
    fill(rig, 20 * PAGE)
    watched = Watched(rig.db, "select coalesce(sum(records), 0) from run_resources")
    rig.pipeline = replace(rig.pipeline, db=watched)
    drive(rig, *TYPES)
    assert sum(watched.steps) >= 21 * PAGE
    assert max(watched.steps) < AT_ONCE + PAGE


def test_a_commit_that_nobody_waits_for_takes_some_shares(
    sqlite: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST", AT_ONCE)
    # However slow the machine is.
    monkeypatch.setattr(pace, "_ALONE", 60)
    monkeypatch.setattr(pace, "_LONGEST", 60)
    fill(sqlite, 20 * PAGE)
    watched = Watched(sqlite.db, "select coalesce(sum(records), 0) from run_resources")
    sqlite.pipeline = replace(sqlite.pipeline, db=watched)
    drive(sqlite, *TYPES)
    assert sum(watched.steps) >= 21 * PAGE
    shares = pace.PORTIONS * AT_ONCE
    # Each record makes two rows.
    assert (shares - PAGE) // 2 <= max(watched.steps) < shares + PAGE


@pytest.mark.usefixtures("somebody_waits")
@pytest.mark.parametrize("most", [PAGE - 1, AT_ONCE, 4 * PAGE, 5 * PAGE])
def test_no_commit_of_a_load_writes_more_rows_than_its_share_however_many_types_a_list_feeds(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(pace, "MOST", most)
    fill(rig, 8 * PAGE)
    rows = "(select count(*) from records_customers) + (select count(*) from records_suppliers)"
    watched = Watched(rig.db, f"select {rows}")
    rig.pipeline = replace(rig.pipeline, db=watched)
    drive(rig, "customers", "suppliers")
    assert sum(watched.steps) == 2 * 8 * PAGE
    # As many pages as fit, each of which makes up to two rows of a record.
    assert most - 2 * PAGE < max(watched.steps) <= most


@pytest.mark.usefixtures("somebody_waits")
def test_a_page_that_is_larger_than_a_commit_is_written_in_several(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST", PAGE - 1)
    fill(rig, 4 * PAGE)
    watched = Watched(rig.db, "select count(*) from records_customers")
    rig.pipeline = replace(rig.pipeline, db=watched)
    drive(rig, *TYPES)
    assert len(rig.visible("customers")) == sum(watched.steps) == 4 * PAGE
    assert max(watched.steps) == PAGE - 1


def test_the_whole_sync_of_another_company_fits_into_any_commit_of_a_load(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """Whatever the load has locked by then, nobody else needs: he would wait for ever."""
    with open_rig(tmp_path, postgres) as rig, other_company(rig) as other:
        fill(rig, 3 * PAGE)
        synced = 0

        def sync_the_other(_: Connection) -> None:
            nonlocal synced
            synced += 1
            other.shop.put("o1", f"Name {synced}")
            drive(other, *TYPES)
            assert other.statuses() == dict.fromkeys(TYPES, "Complete")

        event.listen(rig.db.engine, "commit", sync_the_other)
        drive(rig, *TYPES)
        event.remove(rig.db.engine, "commit", sync_the_other)
        # Asked for, claimed, planned, begun, pages, published.
        assert synced > 6
        assert len(rig.visible("customers")) == 3 * PAGE
        assert set(other.visible("customers")) == {"o1"}


@contextmanager
def other_company(rig: Rig) -> Iterator[Rig]:
    """Another company on the same server, whose connections never wait for a lock."""
    url = rig.db.engine.url.render_as_string(hide_password=False)
    db = open_database(f"{url}?options=-c%20lock_timeout%3D1s")
    insert_company(db, rig.clock, "co-2", "cn-2")
    shop = Shop()
    with closing(db), httpx.Client(transport=httpx.MockTransport(shop.answer)) as http:
        pipeline = replace(
            rig.pipeline,
            db=db,
            provider_for=lambda _: Provider(http, rig.tokens, rig.clock, {}, SOURCE.fault),
        )
        yield replace(rig, db=db, shop=shop, pipeline=pipeline, company="co-2", linked="cn-2")


def test_nobody_is_told_that_the_store_is_locked_beside_a_load(
    sqlite: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen readers and a small writer, who all were at work when the load began."""
    monkeypatch.setattr(pace, "MOST", AT_ONCE)
    rig = sqlite
    fill(rig, PAGE)
    drive(rig, *TYPES)
    fill(rig, 6 * PAGE)
    begun, over = Barrier(READERS + 2), Event()

    def again_and_again(work: Callable[[], None], pause: float) -> None:
        work()
        begun.wait()
        while not over.wait(pause):
            work()

    with ThreadPoolExecutor(READERS + 1) as crowd:
        done = [crowd.submit(again_and_again, lambda: read(rig.db), 0.01) for _ in range(READERS)]
        done.append(crowd.submit(again_and_again, lambda: touch(rig.db), 0.0))
        try:
            begun.wait()
            drive(rig, *TYPES)
        finally:
            over.set()
    # Whatever befell one of them is raised.
    assert [each.result() for each in done] == [None] * (READERS + 1)
    assert len(rig.visible("customers")) == 6 * PAGE


def read(db: Database) -> None:
    with db.read() as tx:
        snapshot = latest(tx, Dataset(COMPANY, CONNECTION, "customers", "xero"))
        assert snapshot is not None
        assert len(read_page(tx, snapshot, Listing(limit=1_000))) == snapshot.count


def touch(db: Database) -> None:
    """Look first, then write, as all do: what was seen must not be overtaken."""
    with db.write() as tx:
        tx.exec_driver_sql("select name from companies").all()
        tx.exec_driver_sql("update companies set name = name")
