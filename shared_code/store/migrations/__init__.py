"""The schema's history: `migrate` brings a store up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, inspect, select

from shared_code.store.database import Database
from shared_code.store.schema import METADATA

_LOCK = 7_071
"""The number by which PostgreSQL knows the lock; any would do that nobody else takes."""


def migrate(db: Database, revision: str = "head") -> None:
    """Bring the store up to a revision, the newest unless another is named; safe to repeat.

    An empty store gets the newest tables at once, which takes a tenth of going through them all.
    """
    with db.write() as tx:
        _alone(tx)
        if revision == "head" and not inspect(tx).get_table_names():
            METADATA.create_all(tx)
            command.stamp(_config(tx), revision)
        else:
            command.upgrade(_config(tx), revision)


def migrate_down(db: Database, revision: str) -> None:
    """Take the store back to an older revision; `base` is an empty store."""
    with db.write() as tx:
        _alone(tx)
        command.downgrade(_config(tx), revision)


def _alone(tx: Connection) -> None:
    """Wait for whoever else changes the tables, as SQLite has every writer do."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _config(tx: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = tx
    return config
