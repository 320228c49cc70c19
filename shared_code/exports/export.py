"""An export as clients see it, and where its row and its blobs are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from shared_code.errors import NotFound
from shared_code.model.base import Shape
from shared_code.store.schema import exports

SERVICE = "data_api"
"""The service that carries exports out: what their commands are addressed to."""

PURGE_AFTER = timedelta(minutes=15)
"""A driver that was writing when its export ended without it is over by then."""


class ExportStatus(StrEnum):
    """What an export is at."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"
    EXPIRED = "Expired"


ACTIVE = (ExportStatus.QUEUED, ExportStatus.RUNNING)


class ExportPart(Shape):
    """A file of an export: gzip of JSON lines, one record a line, as lists show it."""

    href: str = Field(description="Needs no API key, for a quarter of an hour; ask again for more.")
    records: int
    bytes: int = Field(description="Of the file as it is fetched.")
    sha256: str = Field(description="Of the file as it is fetched, in hexadecimal digits.")


class Export(Shape):
    """A whole data type of a connection, written to files."""

    id: str
    company_id: str
    connection_id: str
    data_type: str
    query: str | None = Field(default=None, description="Which of the records, if not all.")
    as_of: datetime | None = Field(default=None, description="As they were then, if not latest.")
    status: ExportStatus
    error_message: str | None = None
    progress: int = Field(description="Per cent.")
    records: int = Field(description="Written so far; all of them once it is complete.")
    published: datetime | None = Field(
        default=None, description="When the sync was published whose records it has."
    )
    created: datetime
    completed: datetime | None = None
    expires: datetime | None = Field(default=None, description="When its files are removed.")
    parts: list[ExportPart] | None = Field(
        default=None, description="Its files, in the order of the records' ids, once complete."
    )


def show_export(row: Row[Any], now: datetime, parts: Sequence[ExportPart] | None = None) -> Export:
    """Show a row of the exports table."""
    return Export(
        id=row.id,
        company_id=row.company_id,
        connection_id=row.connection_id,
        data_type=row.data_type,
        query=row.query,
        as_of=row.as_of,
        status=current_status(row, now),
        error_message=row.error_message,
        progress=_progress(row),
        records=row.records,
        published=row.published_at,
        created=row.created_at,
        completed=row.completed_at,
        expires=row.expires_at,
        parts=None if parts is None else list(parts),
    )


def current_status(row: Row[Any], now: datetime) -> ExportStatus:
    """What an export is at; one that is due to be removed is expired already."""
    over = row.status == ExportStatus.COMPLETE and row.expires_at <= now
    return ExportStatus.EXPIRED if over else ExportStatus(row.status)


def select_exports(connection: Row[Any]) -> Select[Any]:
    """The exports of a connection, but for those that were deleted."""
    return select(exports).where(
        exports.c.company_id == connection.company_id,
        exports.c.connection_id == connection.id,
        exports.c.deleted_at.is_(None),
    )


def find_export(
    tx: Connection, connection: Row[Any], export_id: str, *, lock: bool = False
) -> Row[Any]:
    """Find an export of a connection that was found before."""
    query = select_exports(connection).where(exports.c.id == export_id.lower())
    found = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound(f"No export was found with ID {export_id}")
    return found


def is_export(company_id: str, export_id: str) -> ColumnElement[bool]:
    """The row of one export."""
    return and_(exports.c.company_id == company_id, exports.c.id == export_id)


def prefix(company_id: str, connection_id: str | None = None, export_id: str | None = None) -> str:
    """Where the blobs of a company's exports lie, of one of its connections', or of one export."""
    below = [part for part in (connection_id, export_id) if part]
    return "".join(f"{part}/" for part in ("exports", company_id, *below))


def _progress(row: Row[Any]) -> int:
    if row.completed_at is not None and row.error_message is None:
        return 100
    # What is read twice at the border of a part is counted once.
    return min(99, 100 * row.looked_at // row.total) if row.total else 0
