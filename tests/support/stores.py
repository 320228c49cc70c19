"""Stores with all tables and no rows, as migrations make them: made once, then copied."""

from __future__ import annotations

import tempfile
import uuid
from functools import cache
from pathlib import Path

import pytest

from shared_code.store.database import Database, open_database
from shared_code.store.migrations import migrate
from tests.support.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")


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


def _migrate(url: str) -> None:
    db = open_database(url)
    migrate(db)
    db.close()
