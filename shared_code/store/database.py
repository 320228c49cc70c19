"""The relational store: one way to open it and two kinds of transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, Row, Select, Transaction, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from shared_code.errors import Reject
from shared_code.query.operands import teach_sqlite
from shared_code.store import planning
from shared_code.store.sqlite import sqlite3
from shared_code.store.turns import BUSY_SECONDS, begin_in_turn

if TYPE_CHECKING:
    import psycopg

_BEGIN = "causeway_begin"
"""The option of a connection that says what begins its transactions."""
_AT_HAND = -8 * 1024
"""Kilobytes of pages that a connection to SQLite keeps: those of an index of 100,000 records."""
_OF_A_LOAD: Mapping[str, str | int] = MappingProxyType(
    {"synchronous": "NORMAL", "cache_size": -32 * 1024, "wal_autocheckpoint": 12_000}
)
"""SQLite's settings. A commit changes some pages of each index, in no order, and a load writes them
over and over: with 32 MB of them at hand and 96 MB of log, each is copied back once."""
_OF_OTHERS: Mapping[str, str | int] = MappingProxyType(
    {"synchronous": "FULL", "cache_size": _AT_HAND, "wal_autocheckpoint": 24_000}
)
"""They leave the copying to a load that is about."""
_CONNECT_SECONDS = 10
"""A server that takes a connection and is silent would hold a worker's thread for two minutes."""
_PREPARED_AFTER = 5
"""How often a session is asked the same before it keeps the statement."""

T = TypeVar("T")
Begin: TypeAlias = Callable[[Connection], None]
"""Begins a transaction on a connection."""


class Database:
    """SQLite or PostgreSQL behind SQLAlchemy Core; the same calls for both."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is the embedded one."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[Connection]:
        """One transaction that changes things: all of it, or nothing.

        On SQLite it takes the write lock at once, so that what it reads cannot be overtaken. What
        is not `flushed` to the disk by itself goes there with the next that is. If the power fails
        before, it is as if it had not been; the store stays whole. PostgreSQL flushes all.
        """
        begin = _write_sqlite if self.is_sqlite else _write_postgresql
        # The transaction's own end: after a commit that failed, the pool has to roll back.
        with self._begun(begin(flushed=flushed)) as tx, _current(tx):
            yield tx

    @contextmanager
    def read(
        self, *, within: float | None = None, looking_up: bool = False
    ) -> Iterator[Connection]:
        """One consistent view, however many statements, of which none may change anything.

        `Reject` for what takes longer than `within` seconds (a statement's, on PostgreSQL). One
        that begins by `looking_up` something plans that once, until a row has `PlannedAnew`.
        """
        begin = _ordinary if self.is_sqlite else _read_postgresql(within, looking_up=looking_up)
        with self._begun(begin) as tx:
            with self._limited(tx, within):
                yield tx
            if not self.is_sqlite:
                # Where a transaction is rolled back, the driver forgets all that was prepared.
                tx.commit()

    @contextmanager
    def _limited(self, tx: Connection, within: float | None) -> Iterator[None]:
        if within is None:
            yield
            return
        try:
            with _limit_sqlite(tx, within) if self.is_sqlite else nullcontext():
                yield
        except OperationalError as error:
            if not _was_stopped(error):
                raise
            raise Reject(
                f"This took longer than {within:g} seconds and was given up. Ask for less at a "
                "time.",
                str(error),
            ) from None

    def ask(self, statement: Select[Any], values: Mapping[str, object]) -> Sequence[Row[Any]]:
        """Give the rows of one statement, which needs no transaction to see one moment."""

        def rows() -> Sequence[Row[Any]]:
            with self._begin(_nothing) as tx:
                return tx.execute(statement, values).all()

        return _again(rows)

    def ping(self) -> None:
        """Raise the driver's error unless the store answers, and has the platform's tables."""
        with self.read() as tx:
            tx.exec_driver_sql("SELECT 1 FROM clients LIMIT 1")

    def _begun(self, begin: Begin) -> Connection:
        return _again(lambda: self._begin(begin))

    def _begin(self, begin: Begin) -> Connection:
        tx = self.engine.connect().execution_options(**{_BEGIN: begin})
        try:
            tx.begin()
        except BaseException:
            tx.close()
            raise
        return tx

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the store at an SQLAlchemy `url`: `sqlite:///path` or `postgresql+psycopg://...`."""
    sqlite = make_url(url).get_backend_name() == "sqlite"
    engine = _sqlite(url) if sqlite else _postgresql(url)
    event.listen(engine, "begin", _on_begin)
    return Database(engine)


def _again(work: Callable[[], T]) -> T:
    """Do what comes first on a connection, with another one if that had died in the pool."""
    try:
        return work()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # The pool has let go of all that are as old.
        return work()


def _current(tx: Connection) -> Transaction:
    current = tx.get_transaction()
    if current is None:
        raise AssertionError("a connection that was begun has no transaction")
    return current


def _on_begin(connection: Connection) -> None:
    connection.get_execution_options().get(_BEGIN, _ordinary)(connection)


def _nothing(_: Connection) -> None:
    """Begin no transaction: a statement is one by itself."""


def _saying(command: str) -> Begin:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(command)

    return begin


_ordinary = _saying("BEGIN")


def _postgresql(url: str) -> Engine:
    # The driver would begin transactions by itself, a round trip before ours.
    driver: dict[str, object] = {"autocommit": True, "prepare_threshold": None}
    if "connect_timeout" not in make_url(url).query:
        driver["connect_timeout"] = _CONNECT_SECONDS
    engine = create_engine(url, pool_size=8, pool_use_lifo=True, connect_args=driver)
    event.listen(engine, "connect", _let_prepare)
    return engine


def _let_prepare(connection: psycopg.Connection[Any], _: ConnectionPoolEntry) -> None:
    """Keep statements in a session that is ours alone.

    A pooler such as PgBouncer hands sessions to others between transactions. It greets with the id
    of a process that it made up, the server with that of the session's.
    """
    found = connection.execute("SELECT pg_backend_pid()").fetchone()
    if found == (connection.info.backend_pid,):
        connection.prepare_threshold = _PREPARED_AFTER
        connection.execute(f"SET {planning.ANEW}")


def _write_postgresql(*, flushed: bool) -> Begin:
    if flushed:
        return _ordinary
    # Small writes would have to wait for the log of a load that is not flushed, and for the disk
    # where its pages pile up in the system.
    return _saying("BEGIN; SET LOCAL backend_flush_after = '1MB'")


def _read_postgresql(within: float | None, *, looking_up: bool) -> Begin:
    # To compile a statement takes longer than a page; a setting of the session would be lost behind
    # PgBouncer. All in one round trip.
    settings = ["jit = off", *(planning.ONCE if looking_up else ())]
    if within is not None:
        settings.append(f"statement_timeout = {int(within * 1000)}")
    # SQLite's readers see one snapshot anyway.
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    return _saying("; ".join([begin, *(f"SET LOCAL {each}" for each in settings)]))


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The connection that was used last has the most in its cache.
    pool: dict[str, Any] = {"pool_size": 16, "max_overflow": 48, "pool_use_lifo": True}
    engine = create_engine(url, module=sqlite3, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver would open transactions by itself, and later than we need.
    connection.isolation_level = None
    for pragma in (
        # Before the first table: larger pages make scans and bulk loads a third quicker.
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        f"cache_size={_AT_HAND}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    teach_sqlite(connection)


def _write_sqlite(*, flushed: bool) -> Begin:
    def begin(connection: Connection) -> None:
        for name, value in (_OF_OTHERS if flushed else _OF_A_LOAD).items():
            connection.exec_driver_sql(f"PRAGMA {name} = {value}")
        begin_in_turn(connection)

    return begin


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


_CANCELED = "57014"
"""PostgreSQL's word for a statement that took too long."""


def _was_stopped(error: OperationalError) -> bool:
    canceled = getattr(error.orig, "sqlstate", None) == _CANCELED
    return canceled or getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
