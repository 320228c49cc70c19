"""The sweeper: a run whose driver is gone is driven again, or ended by name; none runs for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from shared_code.notify.taking import MOST_LAPSES
from shared_code.notify.work import Work, begin_work
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import runs
from shared_code.sync.ending import end_run
from shared_code.sync.requests import lock_connection
from shared_code.sync.runs import RunRef, locked_run, put_off, requeue
from shared_code.turn import Turn


def sweep_runs(db: Database, queue: Queue, turn: Turn) -> int:
    """Take up every run whose lease has lapsed; gives how many."""
    with db.read() as tx:
        lapsed = tx.execute(
            select(runs)
            .where(runs.c.state == "claimed", runs.c.lease_until < turn.clock.now())
            .order_by(runs.c.lease_until)
            .limit(turn.sight)
        ).all()

    def take_up(run: Row[Any]) -> int:
        with begin_work(db, queue, turn.clock) as work:
            _take_up(work, run)
        return 1

    def leave(run: Row[Any], until: datetime) -> None:
        with db.write() as tx:
            put_off(tx, _ref(run), until)

    return turn.each(lapsed, take_up, leave)


def _take_up(work: Work, seen: Row[Any]) -> None:
    connection = lock_connection(work.tx, seen.company_id, seen.connection_id)
    run = locked_run(work.tx, _ref(seen))
    # Its driver may have come back since we looked.
    if run is None or run.lease_until >= work.now:
        return
    if connection is None or connection.epoch != run.epoch or connection.status != "Linked":
        refused = connection is not None and connection.status == "Deauthorized"
        status = "AuthError" if refused else "Cancelled"
        end_run(work, run, status=status, message="The connection is no longer linked")
    elif run.failures >= MOST_LAPSES:
        end_run(work, run, status="InternalError", message="The sync stopped again and again")
    else:
        work.tx.execute(
            update(runs)
            .where(runs.c.company_id == run.company_id, runs.c.id == run.id)
            .values(failures=run.failures + 1)
        )
        requeue(work, run)


def _ref(run: Row[Any]) -> RunRef:
    return RunRef(run.company_id, run.id, run.fence)
