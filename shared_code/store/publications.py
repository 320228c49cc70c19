"""What was published of a dataset at a moment, for those who read records and those who may not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from shared_code.errors import NotFound
from shared_code.store.schema import datasets, generations


def published_by(
    tx: Connection, company_id: str, connection_id: str, data_type: str, *, moment: datetime
) -> Row[Any, Any] | None:
    """The `generation` that readers saw at a moment and its `record_count`; None where none was.

    `NotFound` where versions of that time have been let go, with the earliest moment there is.
    """
    mine = {"company_id": company_id, "connection_id": connection_id, "data_type": data_type}
    row = tx.execute(
        select(generations.c.generation, generations.c.record_count)
        .filter_by(**mine)
        .where(generations.c.published_at <= moment)
        .order_by(generations.c.generation.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        _check_retained(tx, mine, row.generation)
    return row


def _check_retained(tx: Connection, mine: dict[str, str], generation: int) -> None:
    first = tx.execute(select(datasets.c.retained_from).filter_by(**mine)).scalar_one()
    if generation < first:
        of_first = select(generations.c.published_at).filter_by(**mine, generation=first)
        since = tx.execute(of_first).scalar_one()
        raise NotFound(
            f"What {mine['data_type']} were at that time is no longer kept. "
            f"The earliest moment is {since:%Y-%m-%dT%H:%M:%S.%fZ}"
        )
