"""Ask for an export, or take it back: what the platform API does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from shared_code.catalogue import by_platform
from shared_code.errors import Conflict, NotFound, Reject
from shared_code.exports.export import (
    ACTIVE,
    PURGE_AFTER,
    SERVICE,
    ExportStatus,
    find_export,
    is_export,
)
from shared_code.model import DATA_TYPES, DataType, index_of
from shared_code.notify.work import Work
from shared_code.query import parse, resolve
from shared_code.store.publications import published_by
from shared_code.store.schema import datasets, exports

MOST_ACTIVE = 2
"""Exports of a connection that may be under way at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for: a data type, a query over it, a moment."""

    data_type: str
    query: str | None = None
    as_of: datetime | None = None


def request_export(work: Work, connection: Row[Any], wanted: Wanted) -> Row[Any]:
    """Queue an export of a connection whose row is locked.

    `Reject` says what is wrong with what is wanted, `NotFound` that the platform does not have the
    type or that its versions of then were let go, `Conflict` that it was never synced, or not by
    then, or that too much is under way.
    """
    data_type = _checked_type(connection, wanted)
    _check_synced(work.tx, connection, data_type, wanted.as_of)
    _check_limit(work.tx, connection)
    row = work.tx.execute(
        insert(exports)
        .values(
            company_id=connection.company_id,
            id=str(uuid.uuid4()),
            connection_id=connection.id,
            platform=connection.platform,
            data_type=data_type,
            query=wanted.query or None,
            as_of=wanted.as_of,
            created_at=work.now,
            status=ExportStatus.QUEUED,
            **_NOTHING_YET,
        )
        .returning(exports)
    ).one()
    order_export(work, row)
    return row


def order_export(work: Work, export: Row[Any]) -> None:
    """Order that a queued export is driven."""
    work.command(SERVICE, "export", company_id=export.company_id, payload={"export": export.id})


def delete_export(work: Work, connection: Row[Any], export_id: str) -> None:
    """Hide an export at once; its blobs are removed, and whoever writes it stops."""
    row = find_export(work.tx, connection, export_id, lock=True)
    purge_at = work.now + (PURGE_AFTER if row.status in ACTIVE else timedelta())
    work.tx.execute(
        update(exports)
        .where(is_export(row.company_id, row.id))
        .values(deleted_at=work.now, purge_at=purge_at)
    )


_NOTHING_YET = dict.fromkeys(("fence", "lapses", "total", "looked_at", "parts", "records"), 0)


def _checked_type(connection: Row[Any], wanted: Wanted) -> DataType:
    try:
        data_type = DataType(wanted.data_type)
    except ValueError:
        allowed = ", ".join(DataType)
        raise Reject(
            f"dataType: {wanted.data_type[:100]} is no data type. Allowed are {allowed}"
        ) from None
    if wanted.query:
        resolve(parse(wanted.query), index_of(DATA_TYPES[data_type].model))
    integration = by_platform(connection.platform)
    if data_type not in integration.data_types:
        raise NotFound(f"Datatype {data_type} not supported by platform(s) {integration.name}")
    return data_type


def _check_synced(
    tx: Connection, connection: Row[Any], data_type: DataType, moment: datetime | None
) -> None:
    mine = {
        "company_id": connection.company_id,
        "connection_id": connection.id,
        "data_type": data_type,
    }
    synced = datasets.c.last_success_at.is_not(None)
    generation = tx.scalar(select(datasets.c.generation).filter_by(**mine).where(synced))
    if generation is None:
        raise Conflict("The data set has not been requested.")
    # What was only ever found empty has nothing published, and reads as empty at any moment.
    if moment is None or generation == 0:
        return
    if published_by(tx, **mine, moment=moment) is None:
        raise Conflict("The data set has not been requested at that time.")


def _check_limit(tx: Connection, connection: Row[Any]) -> None:
    active = tx.scalar(
        select(func.count()).where(
            exports.c.company_id == connection.company_id,
            exports.c.connection_id == connection.id,
            exports.c.status.in_(ACTIVE),
            exports.c.deleted_at.is_(None),
        )
    )
    if active is not None and active >= MOST_ACTIVE:
        raise Conflict(
            f"The connection has {active} exports under way, at most {MOST_ACTIVE} are allowed. "
            "Wait until one is complete, or delete one"
        )
