"""The cost guard: what would take minutes is refused at once, with a hint.

A property without a column of its own is read out of every record's document, some microseconds
each. Those of one customer are quick to find whatever else is asked of them; a million records
times fifty such clauses are not.
"""

from __future__ import annotations

from functools import cache

from shared_code.errors import Reject
from shared_code.model import DATA_TYPES, DataType, index_of
from shared_code.query import Condition, Every, Filter, Operator, Some
from shared_code.store.naming import SHARED_COLUMNS
from shared_code.store.records.columns import MODIFIED_DATE
from shared_code.store.records.reading import Listing, Snapshot

MOST_LOOKS = 5_000_000
"""Looks into documents that one request may take: some twenty seconds."""


def check_cost(snapshot: Snapshot, listing: Listing, *, most: int = MOST_LOOKS) -> None:
    """Refuse a listing that would look into too many documents; `Reject` says how to ask."""
    columns = promoted_paths(snapshot.dataset.data_type)
    where, order = listing.where, listing.order
    slow = [] if where is None or _narrows(where, columns) else _slow(where, columns)
    if order is not None and order.property.path not in columns:
        slow.append(order.property.path)
    looks = snapshot.count * len(slow)
    if looks > most:
        raise Reject(
            f"This would search {snapshot.count:,} records for {', '.join(dict.fromkeys(slow))}, "
            f"{len(slow)} times. Ask for less, or for the records of one id, or by properties that "
            f"are quick to find: {', '.join(sorted(columns, key=str.lower))}."
        )


@cache
def promoted_paths(data_type: str) -> frozenset[str]:
    """The properties of a type that have columns of their own."""
    info = DATA_TYPES[DataType(data_type)]
    own = (each.path for each in info.promoted)
    schema = index_of(info.model)
    return frozenset(path for path in (*SHARED_COLUMNS, MODIFIED_DATE, *own) if schema.find(path))


def _narrows(where: Filter, columns: frozenset[str]) -> bool:
    """Whether a column alone leaves few records: those with one id."""
    match where:
        case Condition(found, Operator.EQUAL, value):
            return found.is_id and found.path in columns and value is not None
        case Every(parts):
            return any(_narrows(part, columns) for part in parts)
        case Some(parts):
            return all(_narrows(part, columns) for part in parts)
        case _:
            return False


def _slow(where: Filter, columns: frozenset[str]) -> list[str]:
    if isinstance(where, Condition):
        return [] if where.property.path in columns else [where.property.path]
    return [path for part in where.parts for path in _slow(part, columns)]
