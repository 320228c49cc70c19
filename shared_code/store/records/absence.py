"""Deletion by proof of absence: a record that two complete passes have not seen is gone.

Only for lists that are whole: of the records, or of their ids alone (a sweep). A pass is numbered
one above the dataset's `passes`; its pages note what they see, and `count_pass` counts it once it
is complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, update

from shared_code.store.records.appearances import note, page_columns
from shared_code.store.records.dataset import Dataset, is_current, read_state
from shared_code.store.records.deletion import BATCH, end_rows
from shared_code.store.records.versions import Origin
from shared_code.store.schema import datasets, sightings


def note_sightings(
    tx: Connection,
    dataset: Dataset,
    source_ids: Sequence[str],
    *,
    pass_number: int,
    origin: Origin | None = None,
) -> None:
    """Note that the pass saw these records, and on which page if it holds more than their ids."""
    page = {} if origin is None else page_columns(origin)
    note(tx, dataset, source_ids, {"pass_number": pass_number, **page})


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
    rows = tx.execute(select_absent(tx, dataset, before_pass)).all()
    end_rows(tx, dataset, rows=rows, generation=generation, origin=origin)
    return len(rows)


def is_any_absent(tx: Connection, dataset: Dataset) -> bool:
    """Whether two complete passes have missed a record, the second of which is not counted yet."""
    passes = read_state(tx, dataset).passes
    return tx.execute(select_absent(tx, dataset, passes).limit(1)).first() is not None


def select_absent(tx: Connection, dataset: Dataset, before_pass: int) -> Select[Any]:
    """Select current records, not deleted ones, that no pass from `before_pass` on has seen."""
    table = dataset.records
    unseen = select(sightings.c.source_id).where(
        dataset.owns(sightings), sightings.c.pass_number < before_pass
    )
    return (
        select(table)
        .where(
            dataset.among(tx.dialect.name, table, unseen),
            is_current(table),
            table.c.is_deleted.is_(False),
        )
        .order_by(table.c.source_id)
        .limit(BATCH)
    )
