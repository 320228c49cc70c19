"""Keep what a provider says of its books, of the last run that read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from shared_code.figures import Figure
from shared_code.store.schema import provider_figures
from shared_code.sync.runs import Held


def keep_figures(
    tx: Connection, held: Held, kind: str, figures: Sequence[Figure], now: datetime
) -> None:
    """Keep a run's figures of a kind; what it read before of the same thing gives way."""
    mine = {
        "company_id": held.run.company_id,
        "connection_id": held.connection.id,
        "run_id": held.run.id,
        "kind": kind,
    }
    before = tx.scalar(select(provider_figures.c.figures).filter_by(**mine)) or []
    read = [*before, *(each.to_json() for each in figures)]
    kept = {(each.get("contact"), each["id"]): each for each in read}
    tx.execute(delete(provider_figures).filter_by(**mine))
    row = {**mine, "platform": held.run.platform, "figures": [*kept.values()], "read_at": now}
    tx.execute(insert(provider_figures).values(row))


def figures_of(tx: Connection, held: Held, kind: str) -> tuple[Sequence[Figure], datetime] | None:
    """What the run read of a kind, and when; None if it has not."""
    row = tx.execute(
        select(provider_figures).where(
            provider_figures.c.company_id == held.run.company_id,
            provider_figures.c.run_id == held.run.id,
            provider_figures.c.kind == kind,
        )
    ).one_or_none()
    return row and ([Figure.from_json(each) for each in row.figures], row.read_at)


def drop_older_figures(tx: Connection, held: Held, kinds: Sequence[str]) -> None:
    """Drop what earlier runs read, once this one is published."""
    tx.execute(
        delete(provider_figures).where(
            provider_figures.c.company_id == held.run.company_id,
            provider_figures.c.connection_id == held.connection.id,
            provider_figures.c.run_id != held.run.id,
            provider_figures.c.kind.in_(kinds),
        )
    )
