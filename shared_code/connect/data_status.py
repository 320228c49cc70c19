"""What a company's data types are at: the latest sync of each, and the latest that went well."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, Row, and_, select

from shared_code.model.base import Shape
from shared_code.model.data_types import DataType
from shared_code.store.schema import connections, datasets, pulls


class DataStatus(Shape):
    """What one data type is at."""

    data_type: DataType
    current_status: str = Field(description="Of the latest sync.")
    last_successful_sync: datetime | None = None
    latest_sync_id: str
    latest_successful_sync_id: str | None = None


def data_status(tx: Connection, company_id: str) -> dict[str, DataStatus]:
    """Tell what each data type of a company is at; types that were never synced are left out.

    Where two connections have the type, a linked one counts before others, then the latest.
    """
    rows = tx.execute(
        select(datasets, pulls.c.status)
        .join(
            pulls,
            and_(
                pulls.c.company_id == datasets.c.company_id, pulls.c.id == datasets.c.latest_pull_id
            ),
        )
        .join(
            connections,
            and_(
                connections.c.company_id == datasets.c.company_id,
                connections.c.id == datasets.c.connection_id,
            ),
        )
        .where(datasets.c.company_id == company_id, connections.c.deleted_at.is_(None))
        # What comes later wins.
        .order_by(connections.c.status == "Linked", datasets.c.last_requested_at)
    )
    return {row.data_type: _show(row) for row in rows}


def _show(row: Row[Any]) -> DataStatus:
    return DataStatus(
        data_type=DataType(row.data_type),
        current_status=row.status,
        last_successful_sync=row.last_success_at,
        latest_sync_id=row.latest_pull_id,
        latest_successful_sync_id=row.latest_success_pull_id,
    )
