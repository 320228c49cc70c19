"""Which raw page spoke of a record last: what a re-map maps it from, and retention keeps.

A version says which page it was written from. A record that comes again and has not changed keeps
its version, and a type without deleted records keeps nothing of one that is gone; of both, the
latest page stands beside the dataset's sightings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from shared_code.store.records.dataset import Dataset, read_state
from shared_code.store.records.versions import Origin
from shared_code.store.schema import sightings

PageOf = tuple[str, str, int]
"""A raw page: the run, its resource, and the number."""


def note_pages(tx: Connection, dataset: Dataset, source_ids: Sequence[str], origin: Origin) -> None:
    """Note that a page spoke of these records, and nothing later has."""
    note(tx, dataset, source_ids, page_columns(origin))


def noted_of(tx: Connection, dataset: Dataset, source_ids: Sequence[str]) -> list[str]:
    """Those of records of which a page is noted."""
    listed = dataset.named(tx, sightings, source_ids)
    found = select(sightings.c.source_id).where(listed, sightings.c.run_id.is_not(None))
    return [*tx.scalars(found)] if source_ids else []


def page_columns(origin: Origin) -> dict[str, object]:
    """The columns that name a page."""
    return {"run_id": origin.run_id, "resource": origin.resource, "sequence": origin.sequence}


def note(
    tx: Connection, dataset: Dataset, source_ids: Sequence[str], values: Mapping[str, object]
) -> None:
    """Change the sightings of these records, or make some."""
    if not source_ids:
        return
    listed = dataset.named(tx, sightings, source_ids)
    known = set(tx.scalars(select(sightings.c.source_id).where(listed)))
    if known:
        tx.execute(update(sightings).where(listed).values(**values))
    fresh = [{**_key(dataset, each), "pass_number": 0, **values} for each in {*source_ids} - known]
    if fresh:
        tx.execute(insert(sightings), fresh)


@dataclass(frozen=True, slots=True)
class Known:
    """A record as a generation shows it; `noted` is the latest page that spoke of it, if noted.

    `version` is None where the generation does not show the record.
    """

    version: Row[Any] | None
    noted: PageOf | None

    @property
    def written(self) -> PageOf | None:
        """The page that its version was written from."""
        row = self.version
        return None if row is None else (row.run_id, row.resource, row.sequence)


def known_of(
    tx: Connection, dataset: Dataset, generation: int, source_ids: Sequence[str]
) -> Mapping[str, Known]:
    """Find what is known of records; those of which nothing is are left out."""
    table = dataset.records
    rows = tx.execute(
        select(table).where(
            dataset.named(tx, table, source_ids),
            table.c.gen_from <= generation,
            or_(table.c.gen_to.is_(None), table.c.gen_to > generation),
        )
    )
    versions = {row.source_id: row for row in rows}
    listed = dataset.named(tx, sightings, source_ids)
    noted = {
        row.source_id: (row.run_id, row.resource, row.sequence)
        for row in tx.execute(select(sightings).where(listed, sightings.c.run_id.is_not(None)))
    }
    return {
        each: Known(versions.get(each), noted.get(each)) for each in versions.keys() | noted.keys()
    }


def latest_pages(tx: Connection, dataset: Dataset) -> set[PageOf]:
    """All pages that a published record, staged ones too, was written from or came again on."""
    table = dataset.records
    # A version that is about to be superseded is still the published one.
    current = or_(table.c.gen_to.is_(None), table.c.gen_to > _published(tx, dataset))
    written = select(table.c.run_id, table.c.resource, table.c.sequence).where(
        dataset.owns(table), current
    )
    noted = select(sightings.c.run_id, sightings.c.resource, sightings.c.sequence).where(
        dataset.owns(sightings), sightings.c.run_id.is_not(None)
    )
    return {
        (row.run_id, row.resource, row.sequence)
        for found in (written, noted)
        for row in tx.execute(found.distinct())
    }


def _published(tx: Connection, dataset: Dataset) -> int:
    return int(read_state(tx, dataset).generation)


def _key(dataset: Dataset, source_id: str) -> dict[str, object]:
    return {
        "company_id": dataset.company_id,
        "connection_id": dataset.connection_id,
        "data_type": dataset.data_type,
        "source_id": source_id,
        "platform": dataset.platform,
    }
