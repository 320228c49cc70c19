"""Ask for a sync: a run of one connection with one pull per data type."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, insert, select, update

from shared_code.errors import Conflict
from shared_code.notify.work import Work
from shared_code.store.schema import connections, datasets, pulls, runs
from shared_code.store.schema.base import owner_key

Trigger = Literal["first_link", "request", "schedule", "acceptance", "remap"]


def request_sync(
    work: Work, connection: Row[Any], data_types: Sequence[str], *, trigger: Trigger
) -> list[str]:
    """Queue a run that pulls `data_types` (contract keys, in this order) of a linked connection.

    `connection` is a row of the connections table, read in this transaction. Gives the pull ids in
    the same order. A type with a pull still active raises `Conflict`, which names that pull.
    """
    lock_connection(work.tx, connection.company_id, connection.id)
    for data_type in data_types:
        _refuse_busy(work.tx, connection, data_type)
    run_id = order_run(work, connection, trigger)
    return [_insert_pull(work, connection, run_id, name) for name in data_types]


def order_run(work: Work, connection: Row[Any], trigger: Trigger) -> str:
    """Queue a run without any pull, and order that somebody takes it up; gives its id."""
    run_id = _insert_run(work, connection, trigger)
    payload = {"run": run_id}
    work.command(connection.platform, "sync", company_id=connection.company_id, payload=payload)
    return run_id


def idle_types(tx: Connection, connection: Row[Any], data_types: Sequence[str]) -> list[str]:
    """Those of `data_types` that no active pull of the connection is busy with."""
    busy = set(
        tx.scalars(
            select(pulls.c.data_type).where(
                pulls.c.company_id == connection.company_id,
                pulls.c.connection_id == connection.id,
                pulls.c.active,
            )
        )
    )
    return [name for name in data_types if name not in busy]


def lock_connection(tx: Connection, company_id: str, connection_id: str) -> Row[Any] | None:
    """Lock the connection's row until the transaction ends (SQLite holds its one lock already)."""
    return tx.execute(
        select(connections)
        .where(connections.c.company_id == company_id, connections.c.id == connection_id)
        .with_for_update()
    ).one_or_none()


def _refuse_busy(tx: Connection, connection: Row[Any], data_type: str) -> None:
    active = tx.scalar(
        select(pulls.c.id).where(
            pulls.c.company_id == connection.company_id,
            pulls.c.connection_id == connection.id,
            pulls.c.data_type == data_type,
            pulls.c.active,
        )
    )
    if active:
        raise Conflict(
            f"Cannot queue {data_type} sync for {connection.company_id} as previous sync {active}"
            " is still in progress"
        )


def _insert_run(work: Work, connection: Row[Any], trigger: Trigger) -> str:
    run_id = str(uuid.uuid4())
    work.tx.execute(
        insert(runs).values(
            company_id=connection.company_id,
            id=run_id,
            connection_id=connection.id,
            platform=connection.platform,
            epoch=connection.epoch,
            trigger=trigger,
            state="queued",
            fence=0,
            failures=0,
            requested_at=work.now,
        )
    )
    return run_id


def _insert_pull(work: Work, connection: Row[Any], run_id: str, data_type: str) -> str:
    pull_id = str(uuid.uuid4())
    work.tx.execute(
        insert(pulls).values(
            company_id=connection.company_id,
            id=pull_id,
            connection_id=connection.id,
            run_id=run_id,
            platform=connection.platform,
            data_type=data_type,
            status="Queued",
            progress=0,
            active=True,
            records_modified=False,
            requested_at=work.now,
        )
    )
    _touch_dataset(work, connection, data_type, pull_id)
    return pull_id


def _touch_dataset(work: Work, connection: Row[Any], data_type: str, pull_id: str) -> None:
    owns = and_(
        datasets.c.company_id == connection.company_id,
        datasets.c.connection_id == connection.id,
        datasets.c.data_type == data_type,
    )
    touched = work.tx.execute(
        update(datasets).where(owns).values(latest_pull_id=pull_id, last_requested_at=work.now)
    )
    if not touched.rowcount:
        work.tx.execute(
            insert(datasets).values(
                company_id=connection.company_id,
                connection_id=connection.id,
                data_type=data_type,
                platform=connection.platform,
                generation=0,
                record_count=0,
                records_owner=owner_key(connection.company_id, connection.id),
                passes=0,
                latest_pull_id=pull_id,
                last_requested_at=work.now,
            )
        )


def next_sync_at(last: datetime | None, hours: int, now: datetime) -> datetime | None:
    """When a type that is synced every `hours` is due; None where the schedule is off."""
    if hours <= 0:
        return None
    return (last + timedelta(hours=hours)) if last else now
