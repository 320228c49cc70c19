"""Scheduled syncs: find the data types that are due and queue a run for each connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from shared_code.catalogue import by_platform
from shared_code.notify.work import Work, begin_work
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import datasets
from shared_code.sync.requests import idle_types, lock_connection, request_sync
from shared_code.turn import Turn


def queue_due(db: Database, queue: Queue, turn: Turn) -> int:
    """Queue a run for every connection with a data type that is due; gives how many runs.

    The type's time is cleared with the request and set again when the run ends, so that a type is
    due once.
    """
    with db.read() as tx:
        found = tx.execute(
            select(datasets.c.company_id, datasets.c.connection_id)
            .where(datasets.c.next_sync_at <= turn.clock.now())
            .distinct()
            .limit(turn.sight)
        ).all()

    def queue_run(row: Row[str, str]) -> bool:
        with begin_work(db, queue, turn.clock) as work:
            return _queue_connection(work, row)

    def put_off(row: Row[str, str], until: datetime) -> None:
        with db.write() as tx:
            _take_due(tx, row, turn.clock.now(), again=until)

    return turn.each(found, queue_run, put_off)


def _queue_connection(work: Work, row: Row[str, str]) -> bool:
    connection = lock_connection(work.tx, row.company_id, row.connection_id)
    types = _take_due(work.tx, row, work.now)
    # Scheduled again by whatever links it again.
    if connection is None or connection.deleted_at or connection.status != "Linked":
        return False
    ordered = _in_order(connection, idle_types(work.tx, connection, types))
    if ordered:
        request_sync(work, connection, ordered, trigger="schedule")
    return bool(ordered)


def _take_due(
    tx: Connection, row: Row[str, str], now: datetime, *, again: datetime | None = None
) -> Sequence[str]:
    """Take the types of a connection that are due, and note when they are so again."""
    return tx.scalars(
        update(datasets)
        .where(
            datasets.c.company_id == row.company_id,
            datasets.c.connection_id == row.connection_id,
            datasets.c.next_sync_at <= now,
        )
        .values(next_sync_at=again)
        .returning(datasets.c.data_type)
    ).all()


def _in_order(connection: Row[Any], types: Sequence[str]) -> list[str]:
    """The order in which the connector reads them; a type it no longer has is left out."""
    return [name for name in by_platform(connection.platform).data_types if name in types]
