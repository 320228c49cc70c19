"""Read a published generation: one record, a page of many, how many there are.

Documents go from the store to the wire as they are; only `modifiedDate`, which the generation
gives, is put in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, func, select, true

from shared_code.query import Filter, Order
from shared_code.store.moments import from_micros
from shared_code.store.publications import published_by
from shared_code.store.records.asked import Asked
from shared_code.store.records.dataset import Dataset, whose
from shared_code.store.records.statements import (
    select_count,
    select_latest,
    select_page,
    select_page_and_total,
    select_record,
    select_settled,
)
from shared_code.store.records.totals import Totals

_OPENINGS = 256
_MEMORY = 16 * 2**20
"""Bytes for the keys of what matches. PostgreSQL has a quarter of it unless told otherwise."""
_ROOM = select(func.set_config("work_mem", f"{_MEMORY // 1024}kB", true())).where(
    func.pg_size_bytes(func.current_setting("work_mem")) < _MEMORY
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one generation of a dataset shows, for as long as its versions are retained.

    Args:
        settled: What `Asked` says of it, within the transaction that it was found in; None where
            nobody has looked.
    """

    dataset: Dataset
    generation: int
    count: int
    settled: bool | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which records of a snapshot: those that match, in an order, from `offset` on.

    Without an order they come by id: a record never leaves and never moves, so that a client who
    reads page after page misses none.
    """

    where: Filter | None = None
    order: Order | None = None
    offset: int = 0
    limit: int = 100


def latest(tx: Connection, dataset: Dataset) -> Snapshot | None:
    """What readers see now; None where no sync has succeeded yet."""
    row = tx.execute(select_latest(dataset.data_type), whose(dataset)).one_or_none()
    return None if row is None else seen(dataset, row)


def seen(dataset: Dataset, row: Row[Any]) -> Snapshot | None:
    """What a row of `with_latest` says that readers see now; None where no sync has succeeded."""
    if row.generation is None:
        return None
    return Snapshot(dataset, row.generation, row.record_count, bool(row.settled))


def as_of(tx: Connection, dataset: Dataset, moment: datetime) -> Snapshot | None:
    """What readers saw at a moment; None where no sync had succeeded yet.

    `NotFound` where versions of that time have been let go, with the earliest moment there is.
    """
    now = latest(tx, dataset)
    if now is None:
        return None
    owner = (dataset.company_id, dataset.connection_id, dataset.data_type)
    row = published_by(tx, *owner, moment=moment)
    if row is None:
        # What never had a record was never published.
        return now if now.generation == 0 else None
    return Snapshot(dataset, row.generation, row.record_count)


def get(tx: Connection, snapshot: Snapshot, source_id: str) -> bytes | None:
    """The record with this id, None where there is none."""
    about = {**_values(snapshot), "source_id": source_id}
    row = tx.execute(select_record(snapshot.dataset.data_type), about).one_or_none()
    return None if row is None else on_the_wire(row.doc, row.published_at)


def read_page(tx: Connection, snapshot: Snapshot, listing: Listing) -> list[bytes]:
    """The records of a page, each as the JSON that goes to the client."""
    asked = _asked(tx, snapshot, listing)
    rows = tx.execute(select_page(asked), _values(snapshot, listing)).all()
    # By their places, which takes half as long as by their names.
    return [on_the_wire(row[0], row[1]) for row in rows]


def count(tx: Connection, snapshot: Snapshot, where: Filter | None, totals: Totals) -> int:
    """How many records match; what was counted before is remembered in `totals`."""
    if where is None:
        return snapshot.count

    def counted() -> int:
        asked = _asked(tx, snapshot, Listing(where))
        statement = select_count(asked, sqlite=tx.dialect.name == "sqlite")
        return int(tx.execute(statement, _values(snapshot)).scalar_one())

    return totals.get((snapshot, where), counted)


def read_list(
    tx: Connection, snapshot: Snapshot, listing: Listing, totals: Totals
) -> tuple[int, bytes]:
    """Read what `count` and `read_page` do, the records as a JSON array.

    Where that takes all rows, they are read once.
    """
    asked, key = _asked(tx, snapshot, listing), (snapshot, listing.where)
    sqlite = tx.dialect.name == "sqlite"
    if asked.at_once(sqlite=sqlite) and totals.find(key) is None:
        statement = select_page_and_total(asked)
        if not sqlite:
            tx.execute(_ROOM)
        rows = tx.execute(statement, _values(snapshot, listing)).all()
        if rows or not listing.offset:
            return totals.get(key, lambda: int(rows[0].total) if rows else 0), _array(rows)
        # Behind the last page there is no row to tell the total.
    else:
        rows = tx.execute(select_page(asked), _values(snapshot, listing)).all()
    return count(tx, snapshot, listing.where, totals), _array(rows)


def _asked(tx: Connection, snapshot: Snapshot, listing: Listing) -> Asked:
    data_type, settled = snapshot.dataset.data_type, snapshot.settled
    if settled is None:
        settled = bool(tx.execute(select_settled(data_type), _values(snapshot)).scalar_one())
    return Asked(data_type, listing.where, listing.order, settled=settled)


def _values(snapshot: Snapshot, listing: Listing | None = None) -> dict[str, object]:
    """What the statements are executed with."""
    values = {**whose(snapshot.dataset), "generation": snapshot.generation}
    if listing is None:
        return values
    cut = {"skipped": listing.offset, "taken": listing.limit}
    return {**values, **cut, "reached": listing.offset + listing.limit}


def _array(rows: Sequence[Sequence[Any]]) -> bytes:
    if not rows:
        return b"[]"
    pieces: list[bytes | memoryview] = [b"["]
    # By their places, as in `read_page`; what comes before and after is put in with the one copy.
    for row in rows:
        pieces += (_opening(row[1]), memoryview(row[0].encode())[1:], b",")
    pieces[-1] = b"]"
    return b"".join(pieces)


def on_the_wire(doc: str, published_at: int | None) -> bytes:
    """The JSON of a record that goes to the client, published at so many microseconds."""
    return _opening(published_at) + doc[1:].encode()


# A page's records are of few generations.
@lru_cache(_OPENINGS)
def _opening(published_at: int | None) -> bytes:
    if published_at is None:
        return b"{"
    stamp = from_micros(published_at).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return f'{{"modifiedDate":"{stamp}",'.encode()
