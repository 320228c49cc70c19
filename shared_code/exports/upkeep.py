"""The upkeep of exports: those that stopped are taken up, the blobs of those that ended go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from shared_code.exports.export import ExportStatus, is_export, prefix
from shared_code.exports.job import failed
from shared_code.exports.requests import order_export
from shared_code.notify.taking import MOST_LAPSES
from shared_code.notify.work import Work, begin_work
from shared_code.ports.blobs import Blobs
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import export_parts, exports
from shared_code.turn import Turn


def take_up_exports(db: Database, queue: Queue, turn: Turn) -> int:
    """Queue every export again whose driver is gone; gives how many."""
    with db.read() as tx:
        lapsed = tx.execute(
            select(exports)
            .where(
                exports.c.status == ExportStatus.RUNNING,
                exports.c.lease_until < turn.clock.now(),
                # Those go with their blobs, soon.
                exports.c.deleted_at.is_(None),
            )
            .order_by(exports.c.lease_until)
            .limit(turn.sight)
        ).all()

    def take_up(seen: Row[Any]) -> int:
        with begin_work(db, queue, turn.clock) as work:
            _take_up(work, seen)
        return 1

    def put_off(seen: Row[Any], until: datetime) -> None:
        with db.write() as tx:
            tx.execute(update(exports).where(*_still(seen)).values(lease_until=until))

    return turn.each(lapsed, take_up, put_off)


def remove_exports(db: Database, blobs: Blobs, turn: Turn) -> int:
    """Remove the blobs of exports that expired, failed or were deleted; gives how many exports."""
    with db.read() as tx:
        due = tx.execute(
            select(exports)
            .where(exports.c.purge_at <= turn.clock.now())
            .order_by(exports.c.purge_at)
            .limit(turn.sight)
        ).all()

    def remove(row: Row[Any]) -> int:
        blobs.delete_prefix(prefix(row.company_id, row.connection_id, row.id))
        with db.write() as tx:
            _forget_parts(tx, row)
        return 1

    def put_off(row: Row[Any], until: datetime) -> None:
        with db.write() as tx:
            mine = is_export(row.company_id, row.id)
            tx.execute(update(exports).where(mine).values(purge_at=until))

    return turn.each(due, remove, put_off)


def _forget_parts(tx: Connection, row: Row[Any]) -> None:
    """Note that an export has no blobs any more; of one that was deleted nothing stays."""
    parts, mine = export_parts.c, is_export(row.company_id, row.id)
    tx.execute(
        delete(export_parts).where(parts.company_id == row.company_id, parts.export_id == row.id)
    )
    if row.deleted_at is not None:
        tx.execute(delete(exports).where(mine))
        return
    status = ExportStatus.EXPIRED if row.status == ExportStatus.COMPLETE else row.status
    tx.execute(update(exports).where(mine).values(status=status, purge_at=None))


def _take_up(work: Work, seen: Row[Any]) -> None:
    if seen.lapses >= MOST_LAPSES:
        values = failed(work.now, "The export stopped again and again")
        work.tx.execute(update(exports).where(*_still(seen)).values(**values))
        return
    queued = {"status": ExportStatus.QUEUED, "lease_until": None, "lapses": seen.lapses + 1}
    if work.tx.execute(update(exports).where(*_still(seen)).values(**queued)).rowcount:
        order_export(work, seen)


def _still(seen: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """Whether an export is as it was seen: its driver may have come back since."""
    return (
        is_export(seen.company_id, seen.id),
        exports.c.status == ExportStatus.RUNNING,
        exports.c.fence == seen.fence,
        exports.c.lease_until == seen.lease_until,
    )
