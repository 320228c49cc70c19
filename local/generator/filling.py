"""Write and publish made-up records as a sync would."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import insert, select

from local.generator.generated import generated
from shared_code.model import Shape
from shared_code.store.database import Database
from shared_code.store.records import (
    Dataset,
    Origin,
    Published,
    prepare,
    publish,
    read_state,
    record_in,
    write,
)
from shared_code.store.schema import connections, datasets

PAGE = 2_000
_ORIGIN = Origin(run_id="generated", resource="generated", sequence=0, mapping_version="0")


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection whose data sets are filled; a row of `connections` will do too."""

    company_id: str
    id: str
    platform: str


def find_connection(db: Database, company_id: str, connection_id: str) -> Connection | None:
    """Look a connection up."""
    columns = connections.c
    wanted = select(columns.platform).where(
        columns.company_id == company_id, columns.id == connection_id
    )
    with db.read() as tx:
        platform = tx.scalar(wanted)
    return None if platform is None else Connection(company_id, connection_id, platform)


def fill(
    db: Database, connection: Connection, data_type: str, count: int, seed: int = 0
) -> Published:
    """Write and publish `count` records of a type; filled before, only what differs changes."""
    return publish_records(db, connection, data_type, generated(data_type, count, seed))


def publish_records(
    db: Database, connection: Connection, data_type: str, records: Iterable[Shape]
) -> Published:
    """Write and publish records, in commits of `PAGE`."""
    dataset = Dataset(connection.company_id, connection.id, data_type, connection.platform)
    generation = _begin(db, dataset)
    for page in _pages(records):
        rows = [record_in(record) for record in page]
        with db.write() as tx:
            write(tx, dataset, generation=generation, records=rows, origin=_ORIGIN)
    with db.write() as tx:
        return publish(tx, dataset, pull_id=str(uuid.uuid4()), now=datetime.now(UTC))


def _begin(db: Database, dataset: Dataset) -> int:
    """See that there is a data set without leftovers; gives the generation to write."""
    with db.write() as tx:
        if tx.execute(select(datasets.c.generation).where(dataset.owns(datasets))).first() is None:
            tx.execute(insert(datasets).values(_row(dataset)))
    ready = False
    while not ready:
        with db.write() as tx:
            ready = prepare(tx, dataset)
            generation: int = read_state(tx, dataset).generation + 1
    return generation


def _row(dataset: Dataset) -> dict[str, object]:
    return {
        "company_id": dataset.company_id,
        "connection_id": dataset.connection_id,
        "data_type": dataset.data_type,
        "platform": dataset.platform,
        "generation": 0,
        "record_count": 0,
        "records_owner": dataset.owner,
        "passes": 0,
    }


def _pages(records: Iterable[Shape]) -> Iterator[list[Shape]]:
    rest = iter(records)
    while page := list(islice(rest, PAGE)):
        yield page
