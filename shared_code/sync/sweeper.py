"""The sweeper: a run whose driver is gone is driven again, or ended by name; none runs for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from shared_code.notify.work import Work, begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import runs
from shared_code.sync.ending import end_run
from shared_code.sync.requests import lock_connection
from shared_code.sync.runs import RunRef, locked_run, requeue

BATCH = 100
"""Runs in one turn; the next turn takes the rest."""

MOST_LAPSES = 6
"""Leases that may lapse without a page in between, before the run is given up."""


def sweep_runs(db: Database, queue: Queue, clock: Clock) -> int:
    """Take up every run whose lease has lapsed; gives how many."""
    with db.read() as tx:
        lapsed = tx.execute(
            select(runs)
            .where(runs.c.state == "claimed", runs.c.lease_until < clock.now())
            .order_by(runs.c.lease_until)
            .limit(BATCH)
        ).all()
    for run in lapsed:
        with begin_work(db, queue, clock) as work:
            _take_up(work, run)
    return len(lapsed)


def _take_up(work: Work, seen: Row[Any]) -> None:
    connection = lock_connection(work.tx, seen.company_id, seen.connection_id)
    run = locked_run(work.tx, RunRef(seen.company_id, seen.id, seen.fence))
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


def hand_over(db: Database, queue: Queue, clock: Clock, ref: RunRef) -> None:
    """Put a run back into the queue for a fresh orchestration; a lost one is left alone."""
    with begin_work(db, queue, clock) as work:
        run = locked_run(work.tx, ref)
        if run is not None:
            requeue(work, run)
