"""Read all of a snapshot by key, a stretch at a time: no statement looks at more keys than that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true

from shared_code.errors import NotFound
from shared_code.query import Filter, compile_filter
from shared_code.store.records.columns import RecordColumns
from shared_code.store.records.dataset import Dataset
from shared_code.store.records.reading import Snapshot, on_the_wire
from shared_code.store.records.statements import select_documents
from shared_code.store.schema import datasets, generations


@dataclass(frozen=True, slots=True)
class Stretch:
    """The next keys of a snapshot: how many were looked at, the last, and what matched."""

    looked_at: int
    last: str | None
    records: list[tuple[str, bytes]]
    """Source ids with the JSON that goes to the client, by id."""


def read_stretch(
    tx: Connection, snapshot: Snapshot, where: Filter | None, *, after: str | None, keys: int
) -> Stretch:
    """Look at the next `keys` records behind a source id; fewer means that there are no more."""
    found = select_keys(snapshot, after, keys).subquery()
    last, looked_at = tx.execute(
        select(func.max(found.c.source_id), func.count()).select_from(found)
    ).one()
    if last is None:
        return Stretch(0, after, [])
    table = snapshot.dataset.records
    matches = true() if where is None else compile_filter(where, RecordColumns(snapshot.dataset))
    rows = tx.execute(
        select_documents(snapshot.dataset)
        .add_columns(table.c.source_id)
        .where(_visible(snapshot, after), table.c.source_id <= last, matches)
        .order_by(table.c.source_id)
    )
    records = [(row.source_id, on_the_wire(row.doc, row.published_at)) for row in rows]
    return Stretch(looked_at, last, records)


def coming(tx: Connection, dataset: Dataset, where: Filter) -> Iterator[str]:
    """The documents that a publish would show, of those that match: what is staged, and the rest.

    They are those of the store, without what only publishing gives. None if nothing was ever asked
    for.
    """
    table = dataset.records
    generation = tx.scalar(select(datasets.c.generation).where(dataset.owns(datasets)))
    if generation is None:
        return iter(())
    next_ = Snapshot(dataset, generation + 1, 0)
    matches = compile_filter(where, RecordColumns(dataset))
    return iter(tx.scalars(select(table.c.doc).where(_visible(next_, None), matches)))


def select_keys(snapshot: Snapshot, after: str | None, keys: int) -> Select[Any]:
    """The statement that finds a stretch: it walks along the key."""
    key = snapshot.dataset.records.c.source_id
    return select(key).where(_visible(snapshot, after)).order_by(key).limit(keys)


def check_whole(tx: Connection, snapshot: Snapshot) -> None:
    """`NotFound` where versions that the snapshot shows have been let go meanwhile."""
    first = tx.scalar(select(datasets.c.retained_from).where(snapshot.dataset.owns(datasets)))
    if first is None or snapshot.generation < first:
        raise NotFound(
            f"What {snapshot.dataset.data_type} were at that time is no longer kept", str(snapshot)
        )


def published_at(tx: Connection, snapshot: Snapshot) -> Any:  # noqa: ANN401 - a moment or None
    """When the snapshot's generation was published; None before the first sync with records."""
    return tx.scalar(
        select(generations.c.published_at).where(
            snapshot.dataset.owns(generations), generations.c.generation == snapshot.generation
        )
    )


def _visible(snapshot: Snapshot, after: str | None) -> ColumnElement[bool]:
    """What the generation shows behind a key."""
    table = snapshot.dataset.records
    return and_(
        snapshot.dataset.owns(table),
        true() if after is None else table.c.source_id > after,
        table.c.gen_from <= snapshot.generation,
        or_(table.c.gen_to.is_(None), table.c.gen_to > snapshot.generation),
    )
