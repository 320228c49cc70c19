"""Writers of SQLite take turns, so that a load keeps nobody waiting for more than its own share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import DatabaseError, OperationalError

from shared_code.store import pace, turns
from shared_code.store.database import Database, open_database
from shared_code.store.pace import Pace, Sitting
from shared_code.store.sqlite import sqlite3
from shared_code.store.turns import is_awaited
from tests.support.ports import wait_until

SMALL_WRITES = 20
ROWS = 2_000
MANY = 10_000


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path / 'store.db'}")) as found:
        with found.write() as tx:
            tx.exec_driver_sql("create table loaded (n)")
            tx.exec_driver_sql("create table noted (n)")
        yield found


def test_who_waits_for_the_lock_has_it_before_who_let_it_go(db: Database) -> None:
    over, begun, loads, overtaken = Event(), Event(), 0, []

    def load_without_a_pause() -> None:
        nonlocal loads
        while not over.is_set():
            with db.write(flushed=False) as tx:
                begun.set()
                tx.exec_driver_sql("insert into loaded values (?)", [(n,) for n in range(ROWS)])
            loads += 1

    with ThreadPoolExecutor() as threads:
        loading = threads.submit(load_without_a_pause)
        try:
            for n in range(SMALL_WRITES):
                begun.clear()
                begun.wait()
                before = loads
                with db.write() as tx:
                    tx.exec_driver_sql("insert into noted values (?)", (n,))
                    overtaken.append(loads - before)
        finally:
            over.set()
        loading.result()
    # The one at work, and one that begins before this thread has come to wait.
    assert sum(overtaken) <= 2 * SMALL_WRITES


def test_what_is_no_lock_is_said_at_once_and_as_any_error_of_the_store(db: Database) -> None:
    def refuse(action: int, *_: object) -> int:
        begins = action == sqlite3.SQLITE_TRANSACTION
        return sqlite3.SQLITE_DENY if begins else sqlite3.SQLITE_OK

    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_authorizer(refuse)
    with pytest.raises(DatabaseError, match="not authorized"), db.write():
        pass


def test_who_waited_for_a_turn_until_now_tries_once(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, its_turn = 0.05, turns._turn

    @contextmanager
    def after_all_others(connection: Connection) -> Iterator[None]:
        with its_turn(connection):
            clock.now += 100
            yield

    monkeypatch.setattr(turns, "BUSY_SECONDS", seconds)
    monkeypatch.setattr(turns, "_turn", after_all_others)
    monkeypatch.setattr(turns, "time", clock)
    with closing(sqlite3.connect(str(db.engine.url.database))) as stuck:
        stuck.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), db.write():
            pass
    assert clock.slept == 0


class Clock:
    """Each transaction takes as long as is said."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settled(pace: Pace, clock: Clock, seconds_a_record: float) -> int:
    for _ in range(20):
        records = pace.records
        with pace.write() as sitting:
            clock.now += records * seconds_a_record
            sitting.wrote(records)
    return pace.records


def test_a_load_writes_as_much_at_a_time_as_the_store_takes_quickly(
    db: Database, clock: Clock
) -> None:
    found = Pace(db, clock.monotonic)
    assert found.records < pace.MOST
    # 0.065 seconds, where nobody waits.
    assert settled(found, clock, 0.000_2) == pytest.approx(325, abs=3)
    assert settled(found, clock, 0.000_01) == pace.MOST
    assert settled(found, clock, 0.01) == 100


def portions(pace: Pace, clock: Clock, seconds: float) -> int:
    """How many portions go into a transaction, each of which takes so long."""
    with pace.write() as sitting:
        while sitting.may_take_more():
            clock.now += seconds
            sitting.wrote(1)
    return sitting.portions


def test_a_transaction_that_keeps_nobody_waiting_takes_what_it_can_in_its_time(
    db: Database, clock: Clock
) -> None:
    found = Pace(db, clock.monotonic, clock.sleep)
    assert portions(found, clock, 0.02) == 6
    assert portions(found, clock, 0.05) == 1
    assert found.enough == 4 * found.records
    keep_a_crowd_waiting(found, db, clock)
    assert portions(found, clock, 0.001) == 1
    assert found.enough == found.records


def test_a_transaction_is_short_where_its_commit_takes_long(db: Database, clock: Clock) -> None:
    def take_a_while(_: Connection) -> None:
        clock.now += 0.025

    found = Pace(db, clock.monotonic, clock.sleep)
    event.listen(db.engine, "commit", take_a_while)
    for _ in range(20):
        with found.write() as sitting:
            clock.now += 0.01
            sitting.wrote(found.records)
    # 0.01 for the portion, and 0.1 for the commit of four: too long for one who comes meanwhile.
    assert portions(found, clock, 0.01) == 3


def log_pages(found: Pace) -> int:
    with found.write() as sitting:
        return int(sitting.tx.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one())


def keep_another_waiting(pace: Pace, db: Database, clock: Clock) -> None:
    def write_a_little() -> None:
        with db.write() as tx:
            tx.exec_driver_sql("insert into noted values (1)")

    with ThreadPoolExecutor() as threads:
        with pace.write() as sitting:
            waiting = threads.submit(write_a_little)
            wait_until(lambda: is_awaited(sitting.tx))
            clock.now += 0.000_2
            sitting.wrote(1)
            assert not sitting.may_take_more()
        waiting.result()


def keep_a_crowd_waiting(pace: Pace, db: Database, clock: Clock) -> None:
    for _ in range(6):
        keep_another_waiting(pace, db, clock)


def test_a_load_writes_less_at_a_time_and_copies_less_back_while_others_wait(
    db: Database, clock: Clock
) -> None:
    found = Pace(db, clock.monotonic, clock.sleep)
    alone = log_pages(found)
    keep_a_crowd_waiting(found, db, clock)
    # 0.03 seconds, and a sixth of the log.
    assert settled(found, clock, 0.000_2) == pytest.approx(150, abs=3)
    assert log_pages(found) == pytest.approx(alone / 6)
    clock.now += 60
    assert log_pages(found) == alone
    assert settled(found, clock, 0.000_2) == pytest.approx(325, abs=3)


def taken(pace: Pace, clock: Clock) -> float:
    """Seconds from before a transaction of a tenth of one to when the next may begin."""
    before = clock.now
    with pace.write():
        clock.now += 0.1
    return clock.now - before


def test_a_load_leaves_the_disk_to_others_for_most_of_the_time_while_they_write(
    db: Database, clock: Clock
) -> None:
    found = Pace(db, clock.monotonic, clock.sleep)
    assert taken(found, clock) == pytest.approx(0.1)
    keep_a_crowd_waiting(found, db, clock)
    assert taken(found, clock) == pytest.approx(0.3)
    clock.now += 60
    assert taken(found, clock) == pytest.approx(0.1)


def test_a_load_does_not_rest_for_one_who_comes_by_now_and_then(db: Database, clock: Clock) -> None:
    found = Pace(db, clock.monotonic, clock.sleep)
    for _ in range(10):
        keep_another_waiting(found, db, clock)
        assert taken(found, clock) == pytest.approx(0.1)
        clock.now += 0.5


def test_a_load_does_not_rest_for_a_duty_that_makes_a_few_changes_in_a_row(
    db: Database, clock: Clock
) -> None:
    found = Pace(db, clock.monotonic, clock.sleep)
    for _ in range(3):
        for _ in range(5):
            keep_another_waiting(found, db, clock)
        assert taken(found, clock) == pytest.approx(0.1)
        clock.now += 10


def test_one_who_comes_by_keeps_a_load_resting_that_others_were_there_for(
    db: Database, clock: Clock
) -> None:
    found = Pace(db, clock.monotonic, clock.sleep)
    keep_a_crowd_waiting(found, db, clock)
    clock.now += 29
    keep_another_waiting(found, db, clock)
    clock.now += 29
    assert taken(found, clock) == pytest.approx(0.3)


def fail(sitting: Sitting, clock: Clock) -> None:
    clock.now += 100
    sitting.wrote(MANY)
    sitting.tx.exec_driver_sql("no sql")


def test_a_few_records_teach_nothing_of_many(db: Database, clock: Clock) -> None:
    found = Pace(db, clock.monotonic)
    before = settled(found, clock, 0.000_2)
    with found.write() as sitting:
        clock.now += 0.01
        sitting.wrote(3)
    assert found.records == before


def test_a_transaction_that_was_rolled_back_teaches_nothing(db: Database, clock: Clock) -> None:
    found = Pace(db, clock.monotonic)
    before = found.records
    with pytest.raises(OperationalError), found.write() as sitting:
        fail(sitting, clock)
    assert found.records == before
