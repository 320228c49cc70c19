"""The migrations make the schema that the code means, on both stores, and take it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Index, column, insert, inspect, select, text
from sqlalchemy import table as lightweight
from sqlalchemy.schema import SchemaItem

from shared_code.model import DATA_TYPES, DataType, decode, encode
from shared_code.store.database import Database, open_database
from shared_code.store.migrations import migrate, migrate_down
from shared_code.store.records import Dataset, latest
from shared_code.store.schema import METADATA, RECORD_TABLES, clients, record_table
from tests.support.postgres import PostgresServer
from tests.support.records import new_dataset, published, sync
from tests.support.samples import sample
from tests.support.stores import KINDS, new_store, place_of

FIRST_TYPES = (
    "bills",
    "chartOfAccounts",
    "company",
    "customers",
    "invoices",
    "items",
    "payments",
    "suppliers",
    "taxRates",
)
"""The types that the first schema had tables for."""


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | PostgresServer:
    return place_of(request.param, request, tmp_path)


@pytest.fixture
def bare(place: Path | PostgresServer) -> Iterator[Database]:
    """A store without a table."""
    if isinstance(place, PostgresServer):
        db = open_database(place.new_database())
    else:
        db = open_database(f"sqlite:///{place}/bare.db")
    yield db
    db.close()


@pytest.fixture
def walked(bare: Database) -> Database:
    """A store that went through all migrations, one after another."""
    migrate(bare, "0001")
    migrate(bare)
    return bare


@pytest.fixture
def migrated(place: Path | PostgresServer) -> Iterator[Database]:
    """A store that was brought up to date when it was empty."""
    db = new_store(place)
    yield db
    db.close()


def columns(db: Database) -> dict[str, set[tuple[str, str, bool]]]:
    """Each table's columns: name, type with its collation, whether it may be empty."""
    found = inspect(db.engine)
    return {
        table: {
            (each["name"], repr(each["type"]), each["nullable"])
            for each in found.get_columns(table)
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


_WRITTEN = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
    " UNION ALL SELECT version_num, '' FROM alembic_version",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " UNION ALL SELECT relname, reloptions::text FROM pg_class WHERE relkind = 'r'"
    " AND relnamespace = 'public'::regnamespace"
    " UNION ALL SELECT version_num, '' FROM alembic_version",
}


def written(db: Database) -> set[tuple[str, str]]:
    """What indexes, keys and options there are, as the store writes them, and the revision."""
    with db.read() as tx:
        found = tx.exec_driver_sql(_WRITTEN[db.engine.dialect.name])
        return {(name, told or "") for name, told in found}


def rows(db: Database, data_type: str) -> list[dict[str, Any]]:
    """What a type's table holds, whatever the revision; not whose it says that is."""
    name = record_table(data_type).name
    with db.read() as tx:
        found = tx.execute(text(f"SELECT * FROM {name}")).mappings()  # noqa: S608 - our own name
        return [{key: row[key] for key in row if key != "owner"} for row in found]


def synced(db: Database, data_type: str) -> Dataset:
    """A dataset of one record that has all that its type has."""
    dataset = new_dataset(db, data_type, company_id="company", connection_id="connection")
    sync(db, dataset, [sample(DATA_TYPES[DataType(data_type)].model, full=True)])
    return dataset


def shown(data_type: str) -> dict[str, Any]:
    """What readers see of that record."""
    info = DATA_TYPES[DataType(data_type)]
    stamp = {"modifiedDate": "2030-01-01T12:00:00.000000Z"} if info.has_modified_date else {}
    return decode(encode(sample(info.model, full=True))) | stamp


def carry_over(source: Database, target: Database) -> None:
    """Copy all rows, as far as the target has their tables and columns."""
    there = columns(target)
    for table in METADATA.sorted_tables:
        names = {name for name, *_ in there.get(table.name, ())}
        known = [each for each in table.columns if each.name in names]
        there_is = lightweight(table.name, *(column(each.name, each.type) for each in known))
        with source.read() as reading, target.write() as writing:
            for row in reading.execute(select(*known)).mappings() if known else ():
                writing.execute(insert(there_is).values(dict(row)))


def made_on(db: Database) -> Callable[..., bool]:
    """Leaves out what the code describes for the other store alone."""

    def made(item: SchemaItem, *_: object) -> bool:
        condition = item._ddl_if if isinstance(item, Index) else None
        return condition is None or condition.dialect == db.engine.dialect.name

    return made


def test_a_migrated_store_is_the_one_that_the_code_describes(walked: Database) -> None:
    with walked.read() as tx:
        options = {"compare_type": False, "include_object": made_on(walked)}
        context = MigrationContext.configure(tx, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_an_empty_store_gets_at_once_what_the_migrations_make(
    migrated: Database, walked: Database
) -> None:
    assert columns(migrated) == columns(walked)
    assert written(migrated) == written(walked)


def test_migrating_again_changes_nothing(migrated: Database) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    with migrated.write() as tx:
        tx.execute(insert(clients).values(id="cl-1", name="First", created_at=now))
    migrate(migrated)
    with migrated.read() as tx:
        assert tx.execute(select(clients)).all() == [("cl-1", "First", now)]


def test_an_older_revision_can_be_gone_back_to_with_data_in_it(migrated: Database) -> None:
    with migrated.write() as tx:
        now = datetime(2030, 1, 1, tzinfo=UTC)
        tx.execute(insert(clients).values(id="cl-1", name="First", created_at=now))
    migrate_down(migrated, "base")
    assert set(inspect(migrated.engine).get_table_names()) == {"alembic_version"}
    migrate(migrated)
    with migrated.read() as tx:
        assert tx.execute(select(clients)).all() == []


def test_what_the_first_schema_held_is_still_read_after_all_later_revisions(
    migrated: Database, bare: Database
) -> None:
    first = {key: synced(migrated, key) for key in FIRST_TYPES}
    migrate(bare, "0001")
    carry_over(migrated, bare)
    migrate(bare)
    for key, dataset in first.items():
        assert published(bare, dataset) == [shown(key)]


@pytest.mark.parametrize("revision", [pytest.param("0002", marks=pytest.mark.long), "0001"])
def test_going_back_keeps_the_first_types_and_forgets_the_others_wholly(
    migrated: Database, revision: str
) -> None:
    kept = {key: synced(migrated, key) for key in FIRST_TYPES}
    lost = synced(migrated, "commerce-orders")
    assert published(migrated, lost) == [shown("commerce-orders")]
    before = {key: rows(migrated, key) for key in kept}
    migrate_down(migrated, revision)
    tables = {name for name in inspect(migrated.engine).get_table_names() if "records_" in name}
    assert tables == {record_table(key).name for key in FIRST_TYPES}
    assert {key: rows(migrated, key) for key in kept} == before
    migrate(migrated)
    for key, dataset in kept.items():
        assert published(migrated, dataset) == [shown(key)]
    with migrated.read() as tx:
        assert latest(tx, lost) is None


def test_no_name_is_longer_than_postgresql_takes() -> None:
    names = [
        str(each.name)
        for table in RECORD_TABLES.values()
        for each in (table, *table.indexes, *table.constraints, *table.columns)
    ]
    assert max(len(name.encode()) for name in names) <= 63
