"""Stores with all tables and no rows: made once, then copied, or emptied and used again."""

from __future__ import annotations

import tempfile
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from shared_code.store.database import Database, open_database
from shared_code.store.migrations import migrate
from shared_code.store.schema import METADATA
from tests.support.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")


class CountingDatabase(Database):
    """The real store, which counts its transactions that change things."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.commits = 0

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[Connection]:
        self.commits += 1
        with super().write(flushed=flushed) as tx:
            yield tx


class StumblingDatabase(Database):
    """The real store, which refuses one write in so many from now on."""

    in_writes = 0

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[Connection]:
        if self.in_writes:
            self.in_writes -= 1
            if not self.in_writes:
                raise OperationalError("UPDATE", {}, Exception("deadlock detected"))
        with super().write(flushed=flushed) as tx:
            yield tx


_SPARE: dict[PostgresServer | None, list[Database]] = defaultdict(list)


@contextmanager
def empty_store(place: Path | PostgresServer) -> Iterator[Database]:
    """Give a store without rows as long as the context lasts.

    It may have served others: to empty it takes a tenth of making one, and it knows how to write
    each statement already. A file is then in the folder of the first.
    """
    spare = _SPARE[place if isinstance(place, PostgresServer) else None]
    db = _emptied(spare.pop()) if spare else new_store(place)
    try:
        yield db
        # One that a test failed with may have its listeners still.
        spare.append(db)
    finally:
        db.close()


def bytes_of(db: Database) -> bytes:
    """Close a SQLite store; gives all that it has on the disk."""
    db.close()
    path = Path(db.engine.url.database or "")
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def new_store(place: Path | PostgresServer) -> Database:
    """Open a new store in a folder or on a server."""
    return open_database(new_store_url(place))


def new_store_url(place: Path | PostgresServer) -> str:
    """Make a new store in a folder or on a server; gives its URL."""
    if isinstance(place, PostgresServer):
        return place.new_database(template=_template_on(place))
    path = place / f"store-{uuid.uuid4().hex}.db"
    path.write_bytes(_sqlite_file())
    return f"sqlite:///{path}"


def place_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> Path | PostgresServer:
    """Where a store of a kind is made: the folder, or the server of all tests."""
    if kind == "sqlite":
        return folder
    server: PostgresServer = request.getfixturevalue("postgres")
    return server


@cache
def _sqlite_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        _migrate(f"sqlite:///{path}")
        return path.read_bytes()


@cache
def _template_on(server: PostgresServer) -> str:
    url = server.new_database()
    _migrate(url)
    return url.rpartition("/")[2]


def _emptied(db: Database) -> Database:
    """Delete all rows, so that a file has nothing of them; none came with the tables."""
    with db.write() as tx:
        way = "pragma secure_delete = on"
        tx.exec_driver_sql(way if db.is_sqlite else "set local session_replication_role = replica")
        for table in METADATA.sorted_tables:
            tx.exec_driver_sql(f'delete from "{table.name}"')  # noqa: S608 - our own
    return db


def _migrate(url: str) -> None:
    db = open_database(url)
    migrate(db)
    db.close()
