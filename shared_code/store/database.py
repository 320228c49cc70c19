"""The relational store: one way to open it and two kinds of transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from shared_code.errors import Reject
from shared_code.query.operands import teach_sqlite

_WRITES = "causeway_writes"
_BUSY_MILLISECONDS = 30_000
_CHECKPOINT_PAGES = 5_000
"""40 MB: a bulk load that copies its log into the file more often does little else."""
_WRITERS_CACHE = 32 * 1024
"""In KiB. A page of records changes some pages of each index, in no order."""


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
    def read(self, *, within: float | None = None) -> Iterator[Connection]:
        """One consistent view, however many statements; what is changed in it is rolled back.

        `Reject` for what takes longer than `within` seconds (a statement's, on PostgreSQL).
        """
        with self._reading.connect() as tx:
            if not self.is_sqlite:
                # To compile a statement takes longer than a page; a setting of the session would
                # be lost behind PgBouncer.
                tx.exec_driver_sql("SET LOCAL jit = off")
            if within is None:
                yield tx
                return
            limited = _limit_sqlite if self.is_sqlite else _limit_postgresql
            try:
                with limited(tx, within):
                    yield tx
            except OperationalError as error:
                if not _was_stopped(error):
                    raise
                raise Reject(
                    f"This took longer than {within:g} seconds and was given up. Ask for less at "
                    "a time.",
                    str(error),
                ) from None

    def ping(self) -> None:
        """Raise the driver's error unless the store answers, and has the platform's tables."""
        with self.read() as tx:
            tx.exec_driver_sql("SELECT 1 FROM clients LIMIT 1")

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
        # Before the first table: larger pages make scans and bulk loads a third quicker.
        "page_size=8192",
        "journal_mode=WAL",
        f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    teach_sqlite(connection)


def _begin_sqlite(connection: Connection) -> None:
    writes: Any = connection.get_execution_options().get(_WRITES)
    if writes:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_WRITERS_CACHE}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_STEPS = 20_000
"""SQLite's instructions between two looks at the clock: some milliseconds."""


@contextmanager
def _limit_sqlite(tx: Connection, seconds: float) -> Iterator[None]:
    driver: Any = tx.connection.driver_connection
    deadline = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _limit_postgresql(tx: Connection, seconds: float) -> Iterator[None]:
    tx.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
    yield


def _was_stopped(error: OperationalError) -> bool:
    return isinstance(error.orig, psycopg.errors.QueryCanceled) or "interrupted" in str(error.orig)
