"""Read a published generation: one record, a page of many, how many there are.

Documents go from the store to the wire as they are; only `modifiedDate`, which the generation
gives, is put in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.base import ColumnCollection

from shared_code.errors import NotFound
from shared_code.model import DATA_TYPES, DataType
from shared_code.query import Condition, Every, Filter, Operator, Order, compile_filter
from shared_code.store.records.columns import RecordColumns
from shared_code.store.records.dataset import Dataset
from shared_code.store.records.totals import Totals
from shared_code.store.schema import datasets, generations


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one generation of a dataset shows, for as long as its versions are retained."""

    dataset: Dataset
    generation: int
    count: int


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
    row = tx.execute(
        select(datasets.c.generation, datasets.c.record_count).where(
            dataset.owns(datasets), datasets.c.last_success_at.is_not(None)
        )
    ).one_or_none()
    return None if row is None else Snapshot(dataset, row.generation, row.record_count)


def as_of(tx: Connection, dataset: Dataset, moment: datetime) -> Snapshot | None:
    """What readers saw at a moment; None where no sync had succeeded yet.

    `NotFound` where versions of that time have been let go, with the earliest moment there is.
    """
    now = latest(tx, dataset)
    if now is None:
        return None
    published = generations.c.published_at
    row = tx.execute(
        select(generations.c.generation, generations.c.record_count)
        .where(dataset.owns(generations), published <= moment)
        .order_by(generations.c.generation.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return now if now.generation == 0 else None
    _check_retained(tx, dataset, row.generation)
    return Snapshot(dataset, row.generation, row.record_count)


def _check_retained(tx: Connection, dataset: Dataset, generation: int) -> None:
    first = tx.execute(select(datasets.c.retained_from).where(dataset.owns(datasets))).scalar_one()
    if generation < first:
        since = tx.execute(
            select(generations.c.published_at).where(
                dataset.owns(generations), generations.c.generation == first
            )
        ).scalar_one()
        raise NotFound(
            f"What {dataset.data_type} were at that time is no longer kept. "
            f"The earliest moment is {since:%Y-%m-%dT%H:%M:%S.%fZ}"
        )


def get(tx: Connection, snapshot: Snapshot, source_id: str) -> bytes | None:
    """The record with this id, None where there is none."""
    table = snapshot.dataset.records
    visible = (table.c.gen_from <= snapshot.generation) & (
        table.c.gen_to.is_(None) | (table.c.gen_to > snapshot.generation)
    )
    found = select_documents(snapshot).where(
        snapshot.dataset.owns(table), table.c.source_id == source_id, visible
    )
    row = tx.execute(found).one_or_none()
    return None if row is None else on_the_wire(row.doc, row.published_at)


def read_page(tx: Connection, snapshot: Snapshot, listing: Listing) -> list[bytes]:
    """The records of a page, each as the JSON that goes to the client."""
    rows = tx.execute(select_page(snapshot, listing))
    return [on_the_wire(row.doc, row.published_at) for row in rows]


def select_page(snapshot: Snapshot, listing: Listing) -> Select[Any]:
    """The statement behind `read_page`: the keys of a page first, then their documents."""
    table, keys = snapshot.dataset.records, _keys(snapshot, listing)
    return (
        select_documents(snapshot)
        .join(
            keys,
            and_(table.c.source_id == keys.c.source_id, table.c.gen_from == keys.c.gen_from),
        )
        .where(snapshot.dataset.owns(table))
        .order_by(*_order(keys.c, listing.order))
    )


def count(tx: Connection, snapshot: Snapshot, where: Filter | None, totals: Totals) -> int:
    """How many records match; what was counted before is remembered in `totals`."""
    if where is None:
        return snapshot.count
    return totals.get((snapshot, where), lambda: _count(tx, snapshot, where))


def _count(tx: Connection, snapshot: Snapshot, where: Filter) -> int:
    parts = _visible(snapshot, where, snapshot.dataset.records.c.gen_from)
    return tx.execute(select(func.count()).select_from(union_all(*parts).subquery())).scalar_one()


def _keys(snapshot: Snapshot, listing: Listing) -> Subquery:
    """The keys of a page's records: sorted and cut before any document is touched.

    Each part is sorted and cut by itself first, since PostgreSQL does not look for an index that
    sorts all of a union; then there is little left to merge.
    """
    columns = snapshot.dataset.records.c
    sort_key = _sort_key(snapshot, listing).label("sort_key")
    parts = [
        part.order_by(*_order(part.selected_columns, listing.order))
        .limit(listing.offset + listing.limit)
        .subquery()
        for part in _visible(snapshot, listing.where, columns.source_id, columns.gen_from, sort_key)
    ]
    visible = union_all(*(select(part) for part in parts)).subquery()
    return (
        select(visible)
        .order_by(*_order(visible.c, listing.order))
        .limit(listing.limit)
        .offset(listing.offset)
        .subquery()
    )


def _sort_key(snapshot: Snapshot, listing: Listing) -> ColumnElement[Any]:
    columns, order = RecordColumns(snapshot.dataset), listing.order
    key = columns(order.property).sort_key if order else snapshot.dataset.records.c.source_id
    # Where few records match, to find and sort them beats going through all in the right order. A
    # key that no index has leaves SQLite, which knows no statistics, no other way.
    return func.coalesce(key, null()) if _names_one(listing.where) else key


def _names_one(where: Filter | None) -> bool:
    """Whether the records are those of one customer, or the like."""
    match where:
        case Condition(found, Operator.EQUAL, _):
            return found.is_id
        case Every(parts):
            return any(_names_one(part) for part in parts)
        case _:
            return False


def _visible(
    snapshot: Snapshot, where: Filter | None, *columns: ColumnElement[Any]
) -> list[Select[Any]]:
    """What the generation shows of a dataset, in two parts that have an index each.

    The current versions are nearly all of it; the others were closed by a run that is not
    published yet, or later than the generation.
    """
    dataset, table = snapshot.dataset, snapshot.dataset.records
    matches = true() if where is None else compile_filter(where, RecordColumns(dataset))
    # The addition keeps SQLite from sorting what an index by the wanted order would give.
    begun = table.c.gen_from + 0 <= snapshot.generation
    return [
        select(*columns).where(dataset.owns(table), visible, begun, matches)
        for visible in (table.c.gen_to.is_(None), table.c.gen_to > snapshot.generation)
    ]


def _order(keys: ColumnCollection[str, Any], order: Order | None) -> tuple[ColumnElement[Any], ...]:
    """Sort by the wanted key, ties by id, in the one direction that an index can be read in."""
    sort_key, source_id = keys.sort_key, keys.source_id
    if order is None:
        return (sort_key.asc(),)
    if order.descending:
        return (sort_key.desc().nulls_first(), source_id.desc())
    return (sort_key.asc().nulls_last(), source_id.asc())


def select_documents(snapshot: Snapshot) -> Select[Any]:
    """Documents with the moments at which their versions were published, still of any version."""
    dataset, table = snapshot.dataset, snapshot.dataset.records
    columns = [table.c.doc]
    if not DATA_TYPES[DataType(dataset.data_type)].has_modified_date:
        return select(*columns, null().label("published_at"))
    published = and_(dataset.owns(generations), generations.c.generation == table.c.gen_from)
    return select(*columns, generations.c.published_at).join(generations, published)


def on_the_wire(doc: str, published_at: datetime | None) -> bytes:
    """The JSON of a record that goes to the client."""
    if published_at is None:
        return doc.encode()
    stamp = published_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return f'{{"modifiedDate":"{stamp}",{doc[1:]}'.encode()
