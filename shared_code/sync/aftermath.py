"""The end of a run, however it ended: what the connection remembers and what clients are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, true, update

from shared_code.notify.payloads import company_reference
from shared_code.notify.work import Work
from shared_code.store.schema import companies, connections, datasets, remaps
from shared_code.sync.pulls import of_run
from shared_code.sync.requests import next_sync_at
from shared_code.sync.runs import RunRef, finish
from shared_code.sync.schedule import hours_by_type
from shared_code.sync.suspects import patient_hours


def finish_run(work: Work, run: Row[Any]) -> None:
    """Finish a run whose pulls have all ended; schedule the next one and record the event.

    Of one without pulls, which publishes nothing, nobody is told.
    """
    finish(work.tx, RunRef(run.company_id, run.id, run.fence), work.now)
    ended = work.tx.execute(of_run(run)).all()
    if not ended:
        return
    is_sync = not _is_remap(work.tx, run)
    if is_sync:
        work.tx.execute(
            update(connections)
            .where(
                connections.c.company_id == run.company_id, connections.c.id == run.connection_id
            )
            .values(last_sync_at=work.now)
        )
    _schedule_next(work, run, ended, only_missed=not is_sync)
    _tell(work, run, ended)


def _is_remap(tx: Connection, run: Row[Any]) -> bool:
    """Whether it is one, or publishes one that was accepted."""
    mine = (remaps.c.company_id == run.company_id, remaps.c.run_id == run.id)
    return tx.execute(select(remaps.c.run_id).where(*mine)).first() is not None


def _schedule_next(
    work: Work, run: Row[Any], ended: Sequence[Row[Any]], *, only_missed: bool
) -> None:
    """Count the next sync from this one; a data type without a schedule waits to be asked.

    A re-map is no sync: it only makes up for one that was due while it held the type.
    """
    last = None if only_missed else work.now
    which = datasets.c.next_sync_at.is_(None) if only_missed else true()
    for data_type, hours in hours_by_type(work.tx, run.company_id).items():
        for pull in [each for each in ended if each.data_type == data_type]:
            patient = patient_hours(work.tx, pull, hours)
            work.tx.execute(
                update(datasets)
                .where(
                    datasets.c.company_id == run.company_id,
                    datasets.c.connection_id == run.connection_id,
                    datasets.c.data_type == data_type,
                    which,
                )
                .values(next_sync_at=next_sync_at(last, patient, work.now))
            )


def _tell(work: Work, run: Row[Any], ended: Sequence[Row[Any]]) -> None:
    company = work.tx.execute(select(companies).where(companies.c.id == run.company_id)).one()
    initial = run.trigger == "first_link"
    work.event(
        "read.completed.initial" if initial else "read.completed",
        {
            "referenceCompany": company_reference(company),
            "dataTypes": [
                {
                    "connectionId": run.connection_id,
                    "dataType": pull.data_type,
                    "recordsModified": pull.records_modified,
                    "status": pull.status,
                }
                for pull in ended
            ],
        },
        client_id=company.client_id,
        company_id=run.company_id,
        connection_id=run.connection_id,
    )
