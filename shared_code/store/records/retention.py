"""Let go of superseded versions once as-of reads no longer reach back to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, ScalarSelect, Table, delete, func, select, tuple_, update

from shared_code.store.database import Database
from shared_code.store.records.versions import COMMIT_ROWS
from shared_code.store.schema import datasets, generations, record_table
from shared_code.store.schema.records import RECORD_TABLES
from shared_code.turn import Turn


def let_go(db: Database, turn: Turn, *, keep: timedelta) -> int:
    """Sweep every type of what was superseded longer ago than `keep`; gives the versions.

    One commit of each type, then the next of those that have more: none holds up another.
    """
    before = turn.clock.now() - keep

    def sweep_some(data_type: str) -> int:
        with db.write() as tx:
            return sweep(tx, data_type, before=before)

    total, waiting = 0, [*RECORD_TABLES]
    while waiting and not turn.is_over:
        swept = {data_type: turn.attempt(data_type, sweep_some) for data_type in waiting}
        total += sum(swept.values())
        waiting = [data_type for data_type, rows in swept.items() if rows == COMMIT_ROWS]
    turn.left += len(waiting)
    return total


def sweep(tx: Connection, data_type: str, *, before: datetime, limit: int = COMMIT_ROWS) -> int:
    """Delete versions of a type, in all datasets, that were superseded before a moment.

    What was visible at that moment stays, and so does all that came later; each dataset notes from
    where on it is whole. Takes at most `limit` rows; gives how many: call again in a new
    transaction until there are fewer.
    """
    _note_retained(tx, data_type, before)
    table = record_table(data_type)
    key = tuple(table.primary_key)
    superseded = (
        select(*key)
        .where(table.c.gen_to.is_not(None), table.c.gen_to <= _visible_at(before, table, data_type))
        .limit(limit)
    )
    return tx.execute(delete(table).where(tuple_(*key).in_(superseded))).rowcount


def _note_retained(tx: Connection, data_type: str, before: datetime) -> None:
    visible_then = _visible_at(before, datasets, data_type)
    tx.execute(
        update(datasets)
        .where(datasets.c.data_type == data_type, datasets.c.retained_from < visible_then)
        .values(retained_from=visible_then)
    )


def _visible_at(before: datetime, of: Table, data_type: str) -> ScalarSelect[int]:
    """The generation that readers of a row's dataset saw at a moment; NULL if there was none."""
    return (
        select(func.max(generations.c.generation))
        .where(
            generations.c.company_id == of.c.company_id,
            generations.c.connection_id == of.c.connection_id,
            generations.c.data_type == data_type,
            generations.c.published_at <= before,
        )
        .scalar_subquery()
    )
