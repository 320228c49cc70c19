"""Connections outlive neither the server nor the network; those who use the store do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from threading import Thread

import psycopg
import pytest
from sqlalchemy import Connection, event, insert, literal, make_url, select
from sqlalchemy.exc import DBAPIError

from shared_code.store.database import Database, open_database
from shared_code.store.schema import clients
from tests.support.postgres import PostgresServer
from tests.support.stores import new_store, new_store_url


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


def test_nothing_that_is_changed_while_reading_is_kept(db: Database) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    with suppress(DBAPIError), db.read() as tx:
        tx.execute(insert(clients).values(id="cl-read", name="Never", created_at=now))
    with db.read() as tx:
        assert tx.execute(select(clients).where(clients.c.id == "cl-read")).all() == []


def prepared(db: Database) -> list[str]:
    """What the server keeps of a question that is asked again and again, a transaction each."""
    for _ in range(10):
        with db.read() as tx:
            tx.execute(select(clients.c.name)).all()
    with db.read() as tx:
        kept = tx.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars()
        return [each for each in kept if "clients.name" in each]


def test_a_session_keeps_the_statement_of_a_question_from_read_to_read(
    postgres: PostgresServer,
) -> None:
    with closing(new_store(postgres)) as db:
        assert len(prepared(db)) == 1


GREETING = b"K\x00\x00\x00\x0c"
"""What comes before the process id, with which a server greets."""


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            before, greeting, after = data.partition(GREETING)
            target.sendall(before + greeting + (b"made" + after[4:] if greeting else after))
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def pool(listening: socket.socket, port: int) -> None:
    """Take one client to a server, and greet it with another process id than the session's."""
    client, _ = listening.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        answers = Thread(target=pass_on, args=(server, client))
        answers.start()
        pass_on(client, server)
        answers.join()


def test_behind_a_pooler_a_session_is_left_no_statements(postgres: PostgresServer) -> None:
    url = make_url(new_store_url(postgres))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pooler = Thread(target=pool, args=(listening, url.port))
        pooler.start()
        behind = url.set(port=listening.getsockname()[1])
        with closing(open_database(behind.render_as_string(hide_password=False))) as db:
            assert prepared(db) == []
        pooler.join()
