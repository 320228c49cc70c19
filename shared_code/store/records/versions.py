"""Write what a run read, as versions above the published generation, where no reader sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    or_,
    select,
    tuple_,
    update,
)

from shared_code.store.documents import RecordIn
from shared_code.store.records.dataset import (
    AnyDataset,
    Dataset,
    is_current,
    listed,
    read_state,
    whose,
)
from shared_code.store.records.inserting import insert_rows
from shared_code.store.schema.records import promoted_columns

COMMIT_ROWS = 5_000
"""Rows that one commit may write: larger ones hold SQLite's lock and swell PostgreSQL's log."""

_OWN = ("source_id", "content_hash", "source_modified_at", "is_deleted")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from: a run's raw page, and the version of the mapping that read it."""

    run_id: str
    resource: str
    sequence: int
    mapping_version: str


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a page; a record that this run wrote before counts by what it was then."""

    created: int = 0
    changed: int = 0
    same: int = 0
    unchanged: tuple[str, ...] = field(default=(), compare=False)
    """Which ones came again as they were."""


def prepare(tx: Connection, dataset: Dataset, *, limit: int = COMMIT_ROWS) -> bool:
    """Undo what an abandoned run left above the published generation, before a new one writes.

    Touches at most `limit` rows; True once nothing is left, else call again in a new transaction.
    """
    published = read_state(tx, dataset, lock=True).generation
    table = dataset.records
    current = table.c.gen_to.is_(None)
    removed = tx.execute(
        delete(table).where(_some(dataset, and_(table.c.gen_from > published, current), limit))
    ).rowcount
    reopened = tx.execute(
        update(table)
        .where(_some(dataset, table.c.gen_to > published, limit - removed))
        .values(gen_to=None)
    ).rowcount
    return removed + reopened < limit


def write(
    tx: Connection,
    dataset: Dataset,
    *,
    generation: int,
    records: Sequence[RecordIn],
    origin: Origin,
) -> Written:
    """Write what changed of a page as versions of `generation`, the one after the published.

    A record that comes again in the same run replaces what it left the first time; if it is back
    to what is published, nothing is left of it.
    """
    latest = {record.source_id: record for record in records}
    plan = _plan(latest, _find(tx, dataset, generation, list(latest)))
    _make_room(tx, dataset, generation, plan)
    if plan.insert:
        shared = _shared(dataset, generation, origin)
        names = (*shared, *_OWN, *promoted_columns(dataset.data_type), "doc")
        insert_rows(tx, dataset.records, names, _rows(tuple(shared.values()), plan.insert))
    same = len(latest) - plan.created - plan.changed
    return Written(plan.created, plan.changed, same, tuple(plan.unchanged))


def remove(tx: Connection, dataset: Dataset, *, generation: int, source_ids: Sequence[str]) -> None:
    """End records with `generation`, the one after the published: its readers see them no more.

    For types that keep no deleted records; those that do get a version that says so.
    """
    table = dataset.records
    mine = and_(dataset.named(tx, table, source_ids), is_current(table))
    tx.execute(delete(table).where(mine, table.c.gen_from == generation))
    tx.execute(update(table).where(mine).values(gen_to=generation))


@dataclass(slots=True)
class _Hashes:
    """What the store has of one record: what this run wrote, and what was current before it."""

    written: bytes | None = None
    before: bytes | None = None


@dataclass(slots=True)
class _Plan:
    """What a page does to the table; all but `insert` hold source ids."""

    insert: list[RecordIn] = field(default_factory=list)
    close: list[str] = field(default_factory=list)
    drop: list[str] = field(default_factory=list)
    reopen: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    created: int = 0
    changed: int = 0


def _plan(records: Mapping[str, RecordIn], known: Mapping[str, _Hashes]) -> _Plan:
    plan = _Plan()
    for source_id, record in records.items():
        found = known.get(source_id, _Hashes())
        if record.content_hash == (found.written or found.before):
            plan.unchanged.append(source_id)
            continue
        if found.written is not None:
            plan.drop.append(source_id)
        elif found.before is not None:
            plan.close.append(source_id)
        if record.content_hash == found.before:
            plan.reopen.append(source_id)
            plan.unchanged.append(source_id)
            continue
        plan.insert.append(record)
        plan.created += found.before is None
        plan.changed += found.before is not None
    return plan


def _find(
    tx: Connection, dataset: Dataset, generation: int, source_ids: Sequence[str]
) -> dict[str, _Hashes]:
    dialect = tx.dialect.name
    which = {"of_records": listed(dialect, source_ids), "of_generation": generation}
    rows = tx.execute(_select_known(dataset.data_type, dialect), whose(dataset) | which)
    known: dict[str, _Hashes] = {}
    for source_id, gen_from, content_hash in rows:
        found = known.setdefault(source_id, _Hashes())
        if gen_from == generation:
            found.written = content_hash
        else:
            found.before = content_hash
    return known


# Made once: to make it takes longer than to look up a page of a hundred records.
@cache
def _select_known(data_type: str, dialect: str) -> Select[Any]:
    """What is current, and what was until the generation of `of_generation`."""
    dataset = AnyDataset.of_type(data_type)
    columns = dataset.records.c
    return select(columns.source_id, columns.gen_from, columns.content_hash).where(
        dataset.listed(dialect, dataset.records),
        or_(columns.gen_to.is_(None), columns.gen_to == bindparam("of_generation")),
    )


def _make_room(tx: Connection, dataset: Dataset, generation: int, plan: _Plan) -> None:
    if not (plan.drop or plan.close or plan.reopen):
        return
    table = dataset.records
    for source_ids, condition, change in (
        (plan.drop, table.c.gen_from == generation, delete(table)),
        (plan.close, is_current(table), update(table).values(gen_to=generation)),
        # The addition keeps SQLite to the key: by `gen_to` it would go through all that is closed.
        (plan.reopen, table.c.gen_to + 0 == generation, update(table).values(gen_to=None)),
    ):
        if source_ids:
            mine = dataset.named(tx, table, source_ids)
            tx.execute(change.where(mine, condition))


def _shared(dataset: Dataset, generation: int, origin: Origin) -> dict[str, object]:
    return {
        "owner": dataset.owner,
        "company_id": dataset.company_id,
        "connection_id": dataset.connection_id,
        "gen_from": generation,
        "platform": dataset.platform,
        "run_id": origin.run_id,
        "resource": origin.resource,
        "sequence": origin.sequence,
        "mapping_version": origin.mapping_version,
    }


def _rows(shared: tuple[object, ...], records: Iterable[RecordIn]) -> Iterator[tuple[object, ...]]:
    """What records share, `_OWN`, the promoted columns, and the document."""
    for source_id, doc, content_hash, modified_at, is_deleted, promoted in records:
        yield (*shared, source_id, content_hash, modified_at, is_deleted, *promoted, doc)


def _some(dataset: Dataset, condition: ColumnElement[bool], limit: int) -> ColumnElement[bool]:
    table = dataset.records
    key = (table.c.source_id, table.c.gen_from)
    some = select(*key).where(dataset.owns(table), condition).limit(limit)
    return and_(dataset.owns(table), tuple_(*key).in_(some))
