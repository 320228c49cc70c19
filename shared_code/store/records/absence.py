"""Deletion by proof of absence: a record that two complete passes have not seen is gone.

Only for lists that are whole: of the records, or of their ids alone (a sweep). A pass is numbered
one above the dataset's `passes`; its pages note what they see, and `count_pass` counts it once it
is complete.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from shared_code.store.records.dataset import Dataset, read_state
from shared_code.store.records.deletion import BATCH, end_rows
from shared_code.store.records.versions import Origin
from shared_code.store.schema import datasets, sightings


def note_sightings(
    tx: Connection, dataset: Dataset, source_ids: Sequence[str], *, pass_number: int
) -> None:
    """Note that the pass saw these records."""
    listed = dataset.owns(sightings) & sightings.c.source_id.in_(source_ids)
    known = set(tx.scalars(select(sightings.c.source_id).where(listed)))
    tx.execute(update(sightings).where(listed).values(pass_number=pass_number))
    fresh = [_sighting(dataset, each, pass_number) for each in {*source_ids} - known]
    if fresh:
        tx.execute(insert(sightings), fresh)


def count_pass(tx: Connection, dataset: Dataset) -> int:
    """Count a pass that is complete; gives its number."""
    number: int = read_state(tx, dataset, lock=True).passes + 1
    tx.execute(update(datasets).where(dataset.owns(datasets)).values(passes=number))
    return number


def tombstone_absent(
    tx: Connection,
    dataset: Dataset,
    *,
    generation: int,
    before_pass: int,
    origin: Origin,
) -> int:
    """Delete records last seen by a pass before `before_pass`.

    They get a version that says so, or end where the type keeps no deleted records. After pass N,
    `before_pass` N - 1 names those that N and the pass before it both missed. Takes a bounded
    number; gives how many: call again in a new transaction until there are none.
    """
    table = dataset.records
    absent = (
        select(table)
        .join(
            sightings,
            dataset.owns(sightings) & (sightings.c.source_id == table.c.source_id),
        )
        .where(
            dataset.owns(table),
            table.c.gen_to.is_(None),
            table.c.is_deleted.is_(False),
            sightings.c.pass_number < before_pass,
        )
        .order_by(table.c.source_id)
        .limit(BATCH)
    )
    rows = tx.execute(absent).all()
    end_rows(tx, dataset, rows=rows, generation=generation, origin=origin)
    return len(rows)


def _sighting(dataset: Dataset, source_id: str, pass_number: int) -> dict[str, object]:
    return {
        "company_id": dataset.company_id,
        "connection_id": dataset.connection_id,
        "data_type": dataset.data_type,
        "source_id": source_id,
        "platform": dataset.platform,
        "pass_number": pass_number,
    }
