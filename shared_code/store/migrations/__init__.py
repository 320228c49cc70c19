"""The schema's history: `migrate` brings a store up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config

from shared_code.store.database import Database


def migrate(db: Database, revision: str = "head") -> None:
    """Bring the store up to a revision, the newest unless another is named; safe to repeat."""
    _move(db, command.upgrade, revision)


def migrate_down(db: Database, revision: str) -> None:
    """Take the store back to an older revision; `base` is an empty store."""
    _move(db, command.downgrade, revision)


def _move(db: Database, step: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with db.write() as tx:
        config.attributes["connection"] = tx
        step(config, revision)
