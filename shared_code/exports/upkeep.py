"""The upkeep of exports: those that stopped are taken up, the blobs of those that ended go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select, update

from shared_code.exports.export import ExportStatus, is_export, prefix
from shared_code.exports.job import failed
from shared_code.exports.requests import order_export
from shared_code.notify.work import Work, begin_work
from shared_code.ports.blobs import Blobs
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import export_parts, exports

BATCH = 100
"""Exports in one turn; the next turn takes the rest."""

MOST_LAPSES = 6
"""Leases that may lapse without a part in between, before the export is given up."""


def take_up_exports(db: Database, queue: Queue, clock: Clock) -> int:
    """Queue every export again whose driver is gone; gives how many."""
    with db.read() as tx:
        lapsed = tx.execute(
            select(exports)
            .where(
                exports.c.status == ExportStatus.RUNNING,
                exports.c.lease_until < clock.now(),
                # Those go with their blobs, soon.
                exports.c.deleted_at.is_(None),
            )
            .order_by(exports.c.lease_until)
            .limit(BATCH)
        ).all()
    for row in lapsed:
        with begin_work(db, queue, clock) as work:
            _take_up(work, row, clock)
    return len(lapsed)


def remove_exports(db: Database, blobs: Blobs, clock: Clock) -> int:
    """Remove the blobs of exports that expired, failed or were deleted; gives how many exports."""
    due = _due(db, clock)
    for row in due:
        blobs.delete_prefix(prefix(row.company_id, row.connection_id, row.id))
        with db.write() as tx:
            parts = export_parts.c
            mine = (parts.company_id == row.company_id, parts.export_id == row.id)
            tx.execute(delete(export_parts).where(*mine))
            if row.deleted_at is not None:
                tx.execute(delete(exports).where(is_export(row.company_id, row.id)))
                continue
            status = ExportStatus.EXPIRED if row.status == ExportStatus.COMPLETE else row.status
            tx.execute(
                update(exports)
                .where(is_export(row.company_id, row.id))
                .values(status=status, purge_at=None)
            )
    return len(due)


def _due(db: Database, clock: Clock) -> Sequence[Row[Any]]:
    with db.read() as tx:
        return tx.execute(
            select(exports)
            .where(exports.c.purge_at <= clock.now())
            .order_by(exports.c.purge_at)
            .limit(BATCH)
        ).all()


def _take_up(work: Work, seen: Row[Any], clock: Clock) -> None:
    # Its driver may have come back since we looked.
    still = (
        is_export(seen.company_id, seen.id),
        exports.c.status == ExportStatus.RUNNING,
        exports.c.fence == seen.fence,
        exports.c.lease_until == seen.lease_until,
    )
    if seen.lapses >= MOST_LAPSES:
        values = failed(clock, "The export stopped again and again")
        work.tx.execute(update(exports).where(*still).values(**values))
        return
    queued = {"status": ExportStatus.QUEUED, "lease_until": None, "lapses": seen.lapses + 1}
    if work.tx.execute(update(exports).where(*still).values(**queued)).rowcount:
        order_export(work, seen)
