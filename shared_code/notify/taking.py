"""How a service takes the commands on its queue: each may come twice, and is done once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from shared_code.store.database import Database
from shared_code.store.schema import commands

MOST_LAPSES = 6
"""Leases on what was ordered that may lapse without any progress, before it is given up."""


def open_command(db: Database, command_id: str) -> Row[Any] | None:
    """The command that a wake-up call names, unless it was done.

    One that is unknown was done and swept, or belonged to a company that is gone.
    """
    with db.read() as tx:
        command = tx.execute(select(commands).where(commands.c.id == command_id)).one_or_none()
    return None if command is None or command.done_at is not None else command


def close_command(db: Database, command_id: str, now: datetime) -> None:
    """Note that nobody needs to be woken for the command again."""
    with db.write() as tx:
        tx.execute(update(commands).where(commands.c.id == command_id).values(done_at=now))
