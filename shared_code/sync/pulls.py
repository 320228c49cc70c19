"""A pull's states: what clients see of a data type's sync."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select, update

from shared_code.store.schema import pulls

FETCHED = 90
"""Per cent done when everything was read; the rest is publishing."""


def active_pulls(tx: Connection, company_id: str, run_id: str) -> Sequence[Row[Any]]:
    """List the run's pulls that have not ended."""
    return tx.execute(
        select(pulls)
        .where(pulls.c.company_id == company_id, pulls.c.run_id == run_id, pulls.c.active)
        .order_by(pulls.c.requested_at, pulls.c.id)
    ).all()


def show(
    tx: Connection, run: Row[Any], data_types: Sequence[str], *, status: str, progress: int
) -> None:
    """Move active pulls on; what they were paused for is over."""
    tx.execute(
        update(pulls)
        .where(_active(run, data_types))
        .values(status=status, progress=progress, status_description=None)
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """How a pull ended badly: the contract's status, and a message that clients may read."""

    status: str
    message: str
    at: datetime


def fail(tx: Connection, run: Row[Any], data_types: Sequence[str], failure: Failure) -> None:
    """End active pulls with a stage-named error."""
    tx.execute(
        update(pulls)
        .where(_active(run, data_types))
        .values(
            status=failure.status,
            error_message=failure.message,
            status_description=None,
            active=False,
            completed_at=failure.at,
        )
    )


def complete(tx: Connection, pull: Row[Any], now: datetime, *, modified: bool) -> None:
    """End a pull whose records are published."""
    tx.execute(
        update(pulls)
        .where(pulls.c.company_id == pull.company_id, pulls.c.id == pull.id)
        .values(
            status="Complete",
            progress=100,
            status_description=None,
            active=False,
            completed_at=now,
            records_modified=modified,
        )
    )


def of_run(run: Row[Any]) -> Select[Any]:
    """Select all pulls of a run, ended ones too."""
    return select(pulls).where(pulls.c.company_id == run.company_id, pulls.c.run_id == run.id)


def _active(run: Row[Any], data_types: Sequence[str]) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return and_(
        pulls.c.company_id == run.company_id,
        pulls.c.run_id == run.id,
        pulls.c.data_type.in_(data_types),
        pulls.c.active,
    )
