"""Let go of superseded versions once as-of reads no longer reach back to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select, tuple_

from shared_code.store.records.versions import COMMIT_ROWS
from shared_code.store.schema import generations, record_table


def sweep(tx: Connection, data_type: str, *, before: datetime, limit: int = COMMIT_ROWS) -> int:
    """Delete versions of a type, in all datasets, that were superseded before a moment.

    What was visible at that moment stays, and so does all that came later. A request that is being
    answered still reads what was current when it began: let `before` lie some minutes back. Takes
    at most `limit` rows; gives how many: call again in a new transaction until there are none.
    """
    table = record_table(data_type)
    visible_then = (
        select(func.max(generations.c.generation))
        .where(
            generations.c.company_id == table.c.company_id,
            generations.c.connection_id == table.c.connection_id,
            generations.c.data_type == data_type,
            generations.c.published_at <= before,
        )
        .scalar_subquery()
    )
    key = tuple(table.primary_key)
    superseded = (
        select(*key).where(table.c.gen_to.is_not(None), table.c.gen_to <= visible_then).limit(limit)
    )
    return tx.execute(delete(table).where(tuple_(*key).in_(superseded))).rowcount
