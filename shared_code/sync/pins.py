"""Which version of its connector's mapping a data type is pinned to.

A newer mapping alone changes nothing that is published: the data type stays with the version that
its records were mapped by, until a re-map moves all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, update

from shared_code.spec import DataSource
from shared_code.store.records import Dataset
from shared_code.store.schema import datasets
from shared_code.sync.runs import Held


def pin(tx: Connection, source: DataSource, held: Held, data_types: Sequence[str]) -> None:
    """Pin types to today's version that have no records yet, or whose own version is no more."""
    tx.execute(
        update(datasets)
        .where(
            datasets.c.company_id == held.run.company_id,
            datasets.c.connection_id == held.connection.id,
            datasets.c.data_type.in_(data_types),
            or_(
                datasets.c.generation == 0,
                datasets.c.mapping_version.is_(None),
                datasets.c.mapping_version.not_in(source.versions),
            ),
        )
        .values(mapping_version=source.mapping_version)
    )


def move_pin(tx: Connection, dataset: Dataset, version: int) -> None:
    """Have syncs use another version from now on."""
    tx.execute(update(datasets).where(dataset.owns(datasets)).values(mapping_version=version))


def pinned(state: Row[Any], source: DataSource) -> int:
    """The version that a row of the datasets table is pinned to."""
    known = state.mapping_version in source.versions
    return int(state.mapping_version) if known else source.mapping_version
