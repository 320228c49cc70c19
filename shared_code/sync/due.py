"""Scheduled syncs: find the data types that are due and queue a run for each connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update

from shared_code.catalogue import by_platform
from shared_code.notify.work import Work, begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import datasets
from shared_code.sync.requests import idle_types, lock_connection, request_sync

BATCH = 100
"""Connections in one turn; the next turn takes the rest."""


def queue_due(db: Database, queue: Queue, clock: Clock) -> int:
    """Queue a run for every connection with a data type that is due; gives how many runs.

    Each connection has its own transaction. The type's time is cleared with the request and set
    again when the run ends, so that a type is due once.
    """
    with db.read() as tx:
        due = tx.execute(
            select(datasets.c.company_id, datasets.c.connection_id)
            .where(datasets.c.next_sync_at <= clock.now())
            .distinct()
            .limit(BATCH)
        ).all()
    runs = 0
    for row in due:
        with begin_work(db, queue, clock) as work:
            runs += _queue_connection(work, row.company_id, row.connection_id)
    return runs


def _queue_connection(work: Work, company_id: str, connection_id: str) -> bool:
    connection = lock_connection(work.tx, company_id, connection_id)
    types = _take_due(work, company_id, connection_id)
    # Scheduled again by whatever links it again.
    if connection is None or connection.deleted_at or connection.status != "Linked":
        return False
    ordered = _in_order(connection, idle_types(work.tx, connection, types))
    if ordered:
        request_sync(work, connection, ordered, trigger="schedule")
    return bool(ordered)


def _take_due(work: Work, company_id: str, connection_id: str) -> Sequence[str]:
    return work.tx.scalars(
        update(datasets)
        .where(
            datasets.c.company_id == company_id,
            datasets.c.connection_id == connection_id,
            datasets.c.next_sync_at <= work.now,
        )
        .values(next_sync_at=None)
        .returning(datasets.c.data_type)
    ).all()


def _in_order(connection: Row[Any], types: Sequence[str]) -> list[str]:
    """The order in which the connector reads them; a type it no longer has is left out."""
    return [name for name in by_platform(connection.platform).data_types if name in types]
