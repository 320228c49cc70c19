"""A duty does what it finds in its time: what fails or is long costs nothing else its turn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert

from functions.engine.duties import duties
from functions.engine.settings import ScheduleSettings
from shared_code.connect import purging
from shared_code.connect.purging import purge_deleted
from shared_code.exports.export import ExportStatus
from shared_code.exports.upkeep import remove_exports, take_up_exports
from shared_code.notify import relay as relaying
from shared_code.notify.relay import relay
from shared_code.notify.work import begin_work
from shared_code.ports.blobs import Blobs
from shared_code.remap import retention
from shared_code.remap.retention import let_go_of_pages
from shared_code.store.records import COMMIT_ROWS, let_go
from shared_code.store.records import retention as versions
from shared_code.store.schema import connections, datasets, exports, purges, raw_pages, runs
from shared_code.store.schema.base import owner_key
from shared_code.store.schema.records import RECORD_TABLES
from shared_code.store.types import Instant
from shared_code.sync.due import queue_due
from shared_code.sync.sweeper import sweep_runs
from shared_code.turn import PUT_OFF, Turn
from tests.support.clock import ManualClock
from tests.support.shop import CLIENT, COMPANY, CONNECTION, Rig

KEEP = timedelta(days=90)


@dataclass(frozen=True)
class Held:
    """Blobs of which one company's cannot be deleted."""

    inner: Blobs
    company: str = "co-bad"

    def delete_prefix(self, prefix: str, *, most: int | None = None) -> int:
        self._check(prefix)
        return self.inner.delete_prefix(prefix, most=most)

    def delete(self, path: str) -> None:
        self._check(path)
        self.inner.delete(path)

    def _check(self, path: str) -> None:
        if f"/{self.company}/" in path:
            raise RuntimeError("these blobs are held")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the port's other methods
        return getattr(self.inner, name)


@dataclass(frozen=True)
class Slow:
    """Blobs of which each deletion takes its time."""

    inner: Blobs
    clock: ManualClock
    seconds: float = 40

    def delete_prefix(self, prefix: str, *, most: int | None = None) -> int:
        deleted = self.inner.delete_prefix(prefix, most=most)
        self.clock.advance(self.seconds if deleted else 0)
        return deleted

    def delete(self, path: str) -> None:
        self.clock.advance(self.seconds)
        self.inner.delete(path)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the port's other methods
        return getattr(self.inner, name)


def put(rig: Rig, table: Table, **values: object) -> None:
    """Write a row; columns that must have a value and are not given are empty or nought."""
    blanks = {
        column.name: rig.clock.now()
        if isinstance(column.type, Instant)
        else column.type.python_type()
        for column in table.columns
        if not column.nullable and column.name not in values
    }
    with rig.db.write() as tx:
        tx.execute(insert(table).values(**{**blanks, **values}))


def ago(rig: Rig, seconds: float) -> Any:  # noqa: ANN401 - any moment
    return rig.clock.now() - timedelta(seconds=seconds)


def connect(rig: Rig, company: str, connection: str, **values: object) -> None:
    fixed = {"client_id": CLIENT, "platform": "xero", "status": "Linked", "epoch": 1}
    put(rig, connections, company_id=company, id=connection, **{**fixed, **values})


def delete(rig: Rig, company: str, *, due_before: float) -> None:
    due = ago(rig, due_before)
    put(rig, purges, company_id=company, next_attempt_at=due, watch_until=due)


def page(rig: Rig, company: str, connection: str, sequence: int = 0) -> None:
    """Keep a page of a run that came to nothing."""
    path = f"raw/{company}/{connection}/{sequence}.json"
    rig.blobs.put(path, b"{}", content_type="application/json")
    owner = {"company_id": company, "connection_id": connection}
    put(rig, raw_pages, run_id="run", sequence=sequence, path=path, **owner)


def notes(rig: Rig) -> list[str]:
    found = rig.rows("select company_id from purges order by next_attempt_at")
    return [each.company_id for each in found]


def test_a_deletion_that_fails_holds_back_none_behind_it_and_is_tried_again(rig: Rig) -> None:
    delete(rig, "co-bad", due_before=20)
    delete(rig, "co-good", due_before=10)
    turn = Turn(rig.clock)
    assert purge_deleted(rig.db, Held(rig.blobs), turn) == 1
    assert (turn.done, turn.failed, notes(rig)) == (1, 1, ["co-bad"])
    assert purge_deleted(rig.db, rig.blobs, Turn(rig.clock)) == 0
    rig.clock.advance(PUT_OFF.total_seconds())
    assert purge_deleted(rig.db, rig.blobs, Turn(rig.clock)) == 1


def test_a_connector_that_was_removed_stops_no_other_ones_schedule(rig: Rig) -> None:
    connect(rig, COMPANY, "cn-0", platform="no-such-connector")
    for connection, due_before in (("cn-0", 20), (CONNECTION, 10)):
        owner = {"company_id": COMPANY, "connection_id": connection, "data_type": "items"}
        whose = owner_key(COMPANY, connection)
        put(rig, datasets, next_sync_at=ago(rig, due_before), records_owner=whose, **owner)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 1
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 0
    rig.clock.advance(PUT_OFF.total_seconds())
    again = Turn(rig.clock)
    assert (queue_due(rig.db, rig.queue, again), again.failed) == (0, 1)


def test_a_run_that_cannot_be_taken_up_holds_back_none_behind_it(rig: Rig) -> None:
    # Its pull names a company that is not there to be told of the end.
    connect(rig, "co-0", "cn-0", status="Unlinked")
    rig.request("items")
    rig.change("update runs set state = 'claimed', lease_until = requested_at")
    rig.change("update pulls set company_id = 'co-0', connection_id = 'cn-0', run_id = 'r-0'")
    owner = {"company_id": "co-0", "connection_id": "cn-0", "platform": "xero", "epoch": 1}
    put(rig, runs, id="r-0", state="claimed", lease_until=ago(rig, 3_600), **owner)
    rig.clock.advance(60)
    turn = Turn(rig.clock)
    assert sweep_runs(rig.db, rig.queue, turn) == 1
    assert turn.failed == 1
    assert sweep_runs(rig.db, rig.queue, Turn(rig.clock)) == 0
    [stuck] = rig.rows("select company_id from runs where state = 'claimed'")
    assert stuck.company_id == "co-0"


def test_an_export_whose_files_stay_holds_back_none_behind_it(rig: Rig) -> None:
    for company, due_before in (("co-bad", 20), ("co-good", 10)):
        owner = {"company_id": company, "id": "e-1", "connection_id": "cn-1"}
        put(rig, exports, status=ExportStatus.COMPLETE, purge_at=ago(rig, due_before), **owner)
    assert remove_exports(rig.db, Held(rig.blobs), Turn(rig.clock)) == 1
    assert remove_exports(rig.db, rig.blobs, Turn(rig.clock)) == 0
    rig.clock.advance(PUT_OFF.total_seconds())
    assert remove_exports(rig.db, rig.blobs, Turn(rig.clock)) == 1


def test_a_connection_whose_pages_stay_holds_back_none_behind_it(rig: Rig) -> None:
    for company in ("co-bad", "co-good"):
        connect(rig, company, f"cn-of-{company}")
        page(rig, company, f"cn-of-{company}")
    assert let_go_of_pages(rig.db, Held(rig.blobs), Turn(rig.clock), keep=KEEP) == 1
    assert [each.company_id for each in rig.rows("select company_id from raw_pages")] == ["co-bad"]
    rig.clock.advance(PUT_OFF.total_seconds())
    assert let_go_of_pages(rig.db, rig.blobs, Turn(rig.clock), keep=KEEP) == 1


def test_a_purge_ends_with_its_time_and_goes_on_after_those_that_had_none(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BLOBS", 1)
    for number in range(3):
        rig.blobs.put(f"raw/co-long/{number}.json", b"{}", content_type="application/json")
    delete(rig, "co-long", due_before=20)
    delete(rig, "co-next", due_before=10)
    slow, turn = Slow(rig.blobs, rig.clock), Turn(rig.clock, seconds=60)
    assert purge_deleted(rig.db, slow, turn) == 0
    assert (turn.left, len([*rig.blobs.list("raw/")])) == (2, 1)
    assert notes(rig) == ["co-next", "co-long"]
    assert purge_deleted(rig.db, slow, Turn(rig.clock, seconds=60)) == 1
    assert ([*rig.blobs.list("raw/")], notes(rig)) == ([], ["co-long"])


def test_pages_that_a_turn_had_no_time_for_go_in_the_next(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PAGES", 1)
    for number in range(3):
        page(rig, COMPANY, CONNECTION, number)
    slow, turn = Slow(rig.blobs, rig.clock), Turn(rig.clock, seconds=60)
    assert let_go_of_pages(rig.db, slow, turn, keep=KEEP) == 2
    assert turn.left == 1
    assert let_go_of_pages(rig.db, slow, Turn(rig.clock), keep=KEEP) == 1


def test_a_connection_that_had_no_turn_does_not_count_as_looked_at(rig: Rig) -> None:
    connect(rig, COMPANY, "cn-2")
    turn = Turn(rig.clock, rows=1)
    let_go_of_pages(rig.db, rig.blobs, turn, keep=KEEP)
    assert turn.left == 1
    assert len(rig.rows("select id from connections where pages_swept_at is null")) == 1


def test_commands_that_are_done_are_forgotten_so_many_at_a_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "SWEPT", 2)
    with begin_work(rig.db, rig.queue, rig.clock) as work:
        for _ in range(3):
            work.command("xero", "sync", company_id=COMPANY, payload={})
    rig.change("update commands set done_at = created_at")
    rig.clock.advance(2 * 86_400)
    turns = [Turn(rig.clock), Turn(rig.clock)]
    for turn in turns:
        relay(rig.db, rig.queue, turn)
    assert [turn.left for turn in turns] == [1, 0]
    assert rig.rows("select id from commands") == []


def test_a_turn_takes_up_no_more_rows_than_it_may_and_says_that_some_are_left(rig: Rig) -> None:
    for number in range(3):
        delete(rig, f"gone-{number}", due_before=10)
    turn = Turn(rig.clock, rows=2)
    assert purge_deleted(rig.db, rig.blobs, turn) == 2
    assert turn.left == 1


class Jammed:
    """A queue that fails in a way nobody thought of."""

    def send(self, queue: str, text: str) -> None:
        raise RuntimeError(f"{queue} does not take {text}")


def test_a_queue_that_fails_keeps_no_lapsed_export_from_being_queued(rig: Rig) -> None:
    for company in ("co-1", "co-2"):
        owner = {"company_id": company, "id": "e-1", "connection_id": "cn-1"}
        put(rig, exports, status=ExportStatus.RUNNING, lease_until=ago(rig, 10), **owner)
    turn = Turn(rig.clock)
    take_up_exports(rig.db, Jammed(), turn)
    assert turn.failed == 2
    assert [each.status for each in rig.rows("select status from exports")] == ["Queued"] * 2


def test_a_type_that_cannot_be_swept_holds_back_no_other(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = RECORD_TABLES
    swept: list[str] = []

    def sweep(_: Connection, data_type: str, *, before: datetime) -> int:
        assert before == rig.clock.now() - KEEP
        if data_type == first:
            raise RuntimeError("its rows are held")
        swept.append(data_type)
        return 1

    monkeypatch.setattr(versions, "sweep", sweep)
    turn = Turn(rig.clock)
    assert let_go(rig.db, turn, keep=KEEP) == len(others)
    assert (swept, turn.failed, turn.left) == (others, 1, 0)


def test_a_large_retention_ends_with_its_time_and_every_type_gets_some_of_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: Counter[str] = Counter()

    def sweep(_: Connection, data_type: str, *, before: datetime) -> int:
        del before
        rig.clock.advance(1)
        swept[data_type] += 1
        return COMMIT_ROWS

    monkeypatch.setattr(versions, "sweep", sweep)
    types = len(RECORD_TABLES)
    turn = Turn(rig.clock, seconds=types + 1)
    let_go(rig.db, turn, keep=KEEP)
    assert dict(swept) == dict.fromkeys(RECORD_TABLES, 2)
    assert turn.left == types


def test_each_duty_has_a_timer_of_its_own_so_that_none_stops_another() -> None:
    names = [each.name for each in duties(ScheduleSettings())]
    assert len(names) == len(set(names)) == 9
