"""Judge a data type before it is published: what its lists gave, and what would become of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from shared_code.store.records import Dataset, alive, vanishing
from shared_code.store.schema import rejects
from shared_code.suspicion import Changes, Listed, Suspicion, judge
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.tally import Tally


def suspicious(
    tx: Connection, pipeline: Pipeline, dataset: Dataset, feeding: Sequence[Row[Any]]
) -> list[Suspicion]:
    """Find what looks wrong; `feeding` are the run's rows of the lists that the type comes from."""
    tallies = [(row, Tally.of(row, pipeline.source.resource(row.resource))) for row in feeding]
    lists = [_listed(tx, pipeline, dataset, row, tally) for row, tally in tallies]
    changes = changes_of(
        tx,
        dataset,
        mapped=sum(tally.mapped(dataset.data_type) for _, tally in tallies),
        run_id=feeding[0].run_id,
    )
    return judge(lists, changes, pipeline.likely)


def changes_of(tx: Connection, dataset: Dataset, *, mapped: int, run_id: str) -> Changes:
    """Say what publishing would do to a dataset."""
    gone = vanishing(tx, dataset)
    rejected = tx.scalar(
        select(func.count()).where(
            rejects.c.company_id == dataset.company_id,
            rejects.c.run_id == run_id,
            rejects.c.data_type == dataset.data_type,
        )
    )
    return Changes(
        published=alive(tx, dataset) if gone else 0,
        vanishing=gone,
        mapped=mapped,
        rejected=rejected or 0,
    )


def _listed(
    tx: Connection, pipeline: Pipeline, dataset: Dataset, row: Row[Any], tally: Tally
) -> Listed:
    resource, count = pipeline.source.resource(row.resource), tally.count
    # What only names deletions is rightly empty most of the time.
    lists_records = bool(resource.feeds) or resource.listed_whole
    before = 0
    if not count.total and lists_records and tally.full:
        # A sweep lists the ids of records that came from elsewhere.
        before = alive(tx, dataset, resource.name if resource.feeds else None)
    return Listed(
        resource=resource.name,
        full=tally.full,
        records=count.total,
        # A list that never rested: its counts say no more than its pages.
        missing=0 if row.cursor.get("unsure") else count.missing,
        answers=count.answers,
        before=before,
        cuts=resource.cuts,
    )
