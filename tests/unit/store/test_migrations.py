"""The migrations make the schema that the code means, on both stores, and take it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select

from shared_code.store.database import Database, open_database
from shared_code.store.migrations import migrate, migrate_down
from shared_code.store.schema import METADATA, clients
from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/store.db"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
    opened = open_database(url)
    yield opened
    opened.close()


def test_a_migrated_store_is_the_one_that_the_code_describes(db: Database) -> None:
    migrate(db)
    with db.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []


def test_migrating_again_changes_nothing(db: Database) -> None:
    migrate(db)
    now = datetime(2030, 1, 1, tzinfo=UTC)
    with db.write() as tx:
        tx.execute(insert(clients).values(id="cl-1", name="First", created_at=now))
    migrate(db)
    with db.read() as tx:
        assert tx.execute(select(clients)).all() == [("cl-1", "First", now)]


def test_an_older_revision_can_be_gone_back_to_with_data_in_it(db: Database) -> None:
    migrate(db)
    with db.write() as tx:
        now = datetime(2030, 1, 1, tzinfo=UTC)
        tx.execute(insert(clients).values(id="cl-1", name="First", created_at=now))
    migrate_down(db, "base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    migrate(db)
    with db.read() as tx:
        assert tx.execute(select(clients)).all() == []
