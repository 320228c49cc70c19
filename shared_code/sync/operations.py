"""Pull operations: one data type's sync as clients see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, Row, select

from shared_code.model.base import Shape
from shared_code.store.schema import pulls


class PullOperation(Shape):
    """The sync of one data type of one connection."""

    id: str = Field(description="Also called the dataset's id.")
    company_id: str
    connection_id: str
    data_type: str
    status: str = Field(description="Queued, Fetching, ..., Complete, or how it failed.")
    status_description: str | None = Field(
        default=None, description="Such as until when the provider's limits make it wait."
    )
    error_message: str | None = None
    requested: datetime
    completed: datetime | None = None
    progress: int = Field(description="Per cent.")
    is_completed: bool = Field(description="It ended well.")
    is_errored: bool = Field(description="It ended otherwise.")


def pull_operation(row: Row[Any]) -> PullOperation:
    """Show a row of the pulls table."""
    return PullOperation(
        id=row.id,
        company_id=row.company_id,
        connection_id=row.connection_id,
        data_type=row.data_type,
        status=row.status,
        status_description=row.status_description,
        error_message=row.error_message,
        requested=row.requested_at,
        completed=row.completed_at,
        progress=row.progress,
        is_completed=row.status == "Complete",
        is_errored=not row.active and row.status != "Complete",
    )


def read_operation(tx: Connection, company_id: str, pull_id: str) -> PullOperation:
    """Read one pull operation of a company."""
    row = tx.execute(
        select(pulls).where(pulls.c.company_id == company_id, pulls.c.id == pull_id)
    ).one()
    return pull_operation(row)
