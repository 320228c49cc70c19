"""Publish: one small transaction in which all that a run wrote becomes visible, or nothing does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from shared_code.store.records.dataset import Dataset, read_state
from shared_code.store.schema import datasets, generations

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Staged:
    """What a run has written and not yet published.

    Args:
        generation: The one it would become.
        written: Versions, of which some follow an earlier version of the same record.
        closed: Earlier versions that are superseded, or end.
        deleted: Versions that say their record is deleted.
        removed: Records that end without a word.
    """

    generation: int
    written: int
    closed: int
    deleted: int
    removed: int

    @property
    def created(self) -> int:
        """Records that were not there before."""
        return self.written - (self.closed - self.removed)


@dataclass(frozen=True, slots=True)
class Published:
    """What readers see from now on; `modified` says whether it differs from before."""

    generation: int
    count: int
    modified: bool


def staged(tx: Connection, dataset: Dataset) -> Staged:
    """Count what a publish would show, for whoever has to judge it first."""
    generation = read_state(tx, dataset).generation + 1
    columns = dataset.records.c
    written = (columns.gen_from == generation) & columns.gen_to.is_(None)
    closed = columns.gen_to == generation
    return Staged(
        generation,
        written=_count(tx, dataset, written),
        closed=_count(tx, dataset, closed),
        deleted=_count(tx, dataset, written & columns.is_deleted),
        removed=_count(tx, dataset, closed & ~_followed(dataset, generation)),
    )


def _followed(dataset: Dataset, generation: int, *, alive: bool = False) -> ColumnElement[bool]:
    """Whether a version has a successor in the generation; one that is not deleted, if asked."""
    mine, next_ = dataset.records, dataset.records.alias()
    found = select(next_.c.source_id).where(
        dataset.owns(next_),
        next_.c.source_id == mine.c.source_id,
        next_.c.gen_from == generation,
    )
    return (found.where(next_.c.is_deleted.is_(False)) if alive else found).exists()


def vanishing(tx: Connection, dataset: Dataset) -> int:
    """Count the published records that what is staged would delete, or end."""
    generation = read_state(tx, dataset).generation + 1
    columns = dataset.records.c
    closed = (columns.gen_to == generation) & columns.is_deleted.is_(False)
    return _count(tx, dataset, closed & ~_followed(dataset, generation, alive=True))


def alive(tx: Connection, dataset: Dataset, resource: str | None = None) -> int:
    """Count the published records that are not deleted; those from one resource, if it is named."""
    generation, columns = read_state(tx, dataset).generation, dataset.records.c
    seen = (columns.gen_from <= generation) & (
        columns.gen_to.is_(None) | (columns.gen_to > generation)
    )
    there = seen & columns.is_deleted.is_(False)
    return _count(
        tx, dataset, there if resource is None else there & (columns.resource == resource)
    )


def publish(tx: Connection, dataset: Dataset, *, pull_id: str, now: datetime) -> Published:
    """Show what the run wrote as the next generation.

    A run that wrote nothing makes no generation, so that no `modifiedDate` moves. Generations are
    stamped in order even where the clock is not.
    """
    state = read_state(tx, dataset, lock=True)
    columns = dataset.records.c
    generation = state.generation + 1
    written = _count(tx, dataset, (columns.gen_from == generation) & columns.gen_to.is_(None))
    closed = _count(tx, dataset, columns.gen_to == generation)
    published = Published(state.generation, state.record_count, modified=False)
    if written or closed:
        count = state.record_count + written - closed
        published = Published(generation, count, modified=True)
        _record(tx, dataset, published, pull_id=pull_id, now=now)
    tx.execute(
        update(datasets)
        .where(dataset.owns(datasets))
        .values(
            generation=published.generation,
            record_count=published.count,
            latest_success_pull_id=pull_id,
            last_success_at=now,
        )
    )
    return published


def _record(
    tx: Connection, dataset: Dataset, published: Published, *, pull_id: str, now: datetime
) -> None:
    last = tx.scalar(select(func.max(generations.c.published_at)).where(dataset.owns(generations)))
    tx.execute(
        insert(generations).values(
            company_id=dataset.company_id,
            connection_id=dataset.connection_id,
            data_type=dataset.data_type,
            generation=published.generation,
            platform=dataset.platform,
            published_at=max(now, last + _TICK) if last else now,
            record_count=published.count,
            pull_id=pull_id,
        )
    )


def _count(tx: Connection, dataset: Dataset, condition: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(dataset.records)
    return tx.execute(found.where(dataset.owns(dataset.records), condition)).scalar_one()
