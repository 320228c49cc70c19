"""The relational store: one way to open it and two kinds of transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from shared_code.query.operands import teach_sqlite

_WRITES = "causeway_writes"
_BUSY_MILLISECONDS = 30_000


class Database:
    """SQLite or PostgreSQL behind SQLAlchemy Core; the same calls for both."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite's readers see one snapshot anyway.
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = engine.execution_options(**snapshot)

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is the embedded one."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that changes things: all of it, or nothing.

        On SQLite it takes the write lock at once, so that what it reads cannot be overtaken.
        """
        with self.engine.connect().execution_options(**{_WRITES: True}) as tx, tx.begin():
            yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view, however many statements; what is changed in it is rolled back."""
        with self._reading.connect() as tx:
            yield tx

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the store at an SQLAlchemy `url`: `sqlite:///path` or `postgresql+psycopg://...`."""
    if make_url(url).get_backend_name() == "sqlite":
        return Database(_sqlite(url))
    # PgBouncer hands a session to the next client between transactions: no prepared statements.
    return Database(
        create_engine(
            url, pool_pre_ping=True, pool_size=8, connect_args={"prepare_threshold": None}
        )
    )


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, pool_size=16, max_overflow=48)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver would open transactions by itself, and later than we need.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    teach_sqlite(connection)


def _begin_sqlite(connection: Connection) -> None:
    writes: Any = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
