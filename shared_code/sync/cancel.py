"""Cancel what is under way when a connection is unlinked or deleted."""

from __future__ import annotations

from sqlalchemy import Connection, select

from shared_code.notify.work import Work
from shared_code.store.schema import runs
from shared_code.sync.pulls import Failure, active_pulls, fail
from shared_code.sync.runs import RunRef, finish


def cancel_runs(work: Work, company_id: str, connection_id: str, *, reason: str) -> None:
    """End every unfinished run of a connection, its pulls as `Cancelled`.

    The caller has locked the connection's row and raises its epoch in the same transaction: whoever
    drives such a run loses it with its next write. No sync is scheduled, no event recorded.
    """
    for ref in _unfinished(work.tx, company_id, connection_id):
        run = work.tx.execute(
            select(runs)
            .where(runs.c.company_id == ref.company_id, runs.c.id == ref.run_id)
            .with_for_update()
        ).one()
        types = [pull.data_type for pull in active_pulls(work.tx, company_id, ref.run_id)]
        fail(work.tx, run, types, Failure("Cancelled", reason, work.now))
        finish(work.tx, ref, work.now)


def _unfinished(tx: Connection, company_id: str, connection_id: str) -> list[RunRef]:
    rows = tx.execute(
        select(runs.c.id, runs.c.fence).where(
            runs.c.company_id == company_id,
            runs.c.connection_id == connection_id,
            runs.c.state != "finished",
        )
    )
    return [RunRef(company_id, row.id, row.fence) for row in rows]
