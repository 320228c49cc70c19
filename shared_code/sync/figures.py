"""Keep what a provider says of its books, of the last run that read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from shared_code.figures import Figure
from shared_code.store.schema import provider_figures
from shared_code.sync.runs import Held


def keep_figures(
    tx: Connection, held: Held, kind: str, figures: Sequence[Figure], now: datetime
) -> None:
    """Keep a run's figures of a kind, in place of those that it read before."""
    mine = {
        "company_id": held.run.company_id,
        "connection_id": held.connection.id,
        "run_id": held.run.id,
        "kind": kind,
    }
    tx.execute(delete(provider_figures).filter_by(**mine))
    kept = [each.to_json() for each in figures]
    row = {**mine, "platform": held.run.platform, "figures": kept, "read_at": now}
    tx.execute(insert(provider_figures).values(row))


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
