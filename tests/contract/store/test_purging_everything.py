"""Once a company or connection is purged, its id stands in no row of any table and in no blob."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, inspect, select

from local.generator.filling import Connection, publish_records
from shared_code.connect.purging import purge_deleted
from shared_code.exports import export
from shared_code.model import DATA_TYPES, DataType
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.raw import pages
from shared_code.store.database import Database
from shared_code.store.records.dataset import Dataset
from shared_code.store.schema import METADATA, purges
from shared_code.store.schema.records import RECORD_TABLES
from shared_code.turn import Turn
from tests.contract.store.history import made
from tests.support.clock import ManualClock
from tests.support.records import new_company, new_connection, published
from tests.support.stores import KINDS, new_store, place_of

pytestmark = pytest.mark.long

WATCH = timedelta(minutes=15)


@pytest.fixture(params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store as migrations make it."""
    opened = new_store(place_of(request.param, request, tmp_path))
    yield opened
    opened.close()


@dataclass
class Place:
    """A store and its blobs."""

    db: Database
    blobs: FolderBlobs
    clock: ManualClock

    def connect(self, company_id: str) -> Connection:
        """Make a connection with records of every type in two generations, and blobs."""
        connection = Connection(company_id, new_connection(self.db, company_id), "xero")
        for data_type in DATA_TYPES:
            for template in (0, 1):
                records = [made(data_type, number, number + template) for number in range(2)]
                publish_records(self.db, connection, data_type, records)
        for prefix in (pages.prefix, export.prefix):
            path = f"{prefix(company_id, connection.id)}page.json"
            self.blobs.put(path, b"{}", content_type="application/json")
        return connection

    def purge(self, company_id: str, connection_id: str = "") -> None:
        """Delete a company or connection to the end."""
        now = self.clock.now()
        with self.db.write() as tx:
            tx.execute(
                insert(purges).values(
                    company_id=company_id,
                    connection_id=connection_id,
                    requested_at=now,
                    next_attempt_at=now,
                    watch_until=now + WATCH,
                )
            )
        assert purge_deleted(self.db, self.blobs, Turn(self.clock)) == 0
        self.clock.advance(WATCH.total_seconds())
        assert purge_deleted(self.db, self.blobs, Turn(self.clock)) == 1

    def mentions(self, text: str) -> set[str]:
        """The tables of which any column of any row holds a text, and the blobs that are named so.

        The tables are those that the database says it has.
        """
        found, reflected = {path for path in self.blobs.list("") if text in path}, MetaData()
        with self.db.read() as tx:
            reflected.reflect(tx)
            for table in reflected.sorted_tables:
                if any(text in str(value) for row in tx.execute(select(table)) for value in row):
                    found.add(table.name)
        return found


@pytest.fixture
def place(migrated: Database, tmp_path: Path) -> Place:
    return Place(migrated, FolderBlobs(tmp_path / "blobs"), ManualClock())


def test_a_purged_connection_is_mentioned_nowhere_and_its_sister_stays(place: Place) -> None:
    company_id = new_company(place.db)
    gone, stays = place.connect(company_id), place.connect(company_id)
    before = place.mentions(stays.id)
    assert {table.name for table in RECORD_TABLES.values()} < before
    assert len(place.mentions(gone.id)) == len(before)
    place.purge(company_id, gone.id)
    assert place.mentions(gone.id) == set()
    assert place.mentions(stays.id) == before
    for data_type in DATA_TYPES:
        assert published(place.db, Dataset(company_id, stays.id, data_type, "xero")), data_type


def test_a_purged_company_is_mentioned_nowhere_and_its_neighbour_stays(place: Place) -> None:
    company_id, neighbour = new_company(place.db), new_company(place.db)
    gone = [place.connect(company_id), place.connect(company_id)]
    place.connect(neighbour)
    before = place.mentions(neighbour)
    place.purge(company_id)
    assert place.mentions(company_id) == set()
    assert [place.mentions(each.id) for each in gone] == [set(), set()]
    assert place.mentions(neighbour) == before


def test_every_table_that_names_a_company_is_one_that_a_purge_knows(migrated: Database) -> None:
    with migrated.read() as tx:
        found = inspect(tx)
        owned = {
            name
            for name in found.get_table_names()
            if "company_id" in {column["name"] for column in found.get_columns(name)}
        }
    known = {table.name for table in METADATA.sorted_tables if "company_id" in table.columns}
    assert owned == known
    assert {RECORD_TABLES[each].name for each in DataType} <= owned
    assert len(RECORD_TABLES) == 43
