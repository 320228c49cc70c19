"""Connections outlive neither the server nor the network; those who use the store do."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, event, literal, select

from shared_code.store.database import Database
from shared_code.store.schema import clients
from tests.support.postgres import PostgresServer
from tests.support.stores import new_store


@pytest.fixture
def cut(postgres: PostgresServer) -> Iterator[Database]:
    """A store whose pool holds one connection, which the server has ended."""
    db = new_store(postgres)
    with db.read() as tx:
        pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with psycopg.connect(postgres.conninfo, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    yield db
    db.close()


def test_a_reader_does_not_meet_a_connection_that_died_in_the_pool(cut: Database) -> None:
    with cut.read() as tx:
        assert tx.execute(select(clients)).all() == []


def test_a_writer_does_not_meet_a_connection_that_died_in_the_pool(cut: Database) -> None:
    with cut.write() as tx:
        assert tx.execute(select(clients)).all() == []


def test_a_question_is_put_again_where_its_connection_died_in_the_pool(cut: Database) -> None:
    assert cut.ask(select(literal(7)), {}) == [(7,)]


def test_a_commit_that_fails_leaves_nothing_begun_in_the_pool(db: Database) -> None:
    def fail(_: Connection) -> None:
        raise OSError("the disk is full")

    event.listen(db.engine, "commit", fail)
    with pytest.raises(OSError, match="full"), db.write() as tx:
        tx.execute(select(clients))
    event.remove(db.engine, "commit", fail)
    with db.write() as tx:
        assert tx.execute(select(literal(7))).scalar_one() == 7
