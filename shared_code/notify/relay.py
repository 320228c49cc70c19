"""The relay: whatever was ordered and not done gets its wake-up call again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

from shared_code.notify.work import RELAY_AFTER, Work, begin_work
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import commands
from shared_code.turn import Turn

BATCH = 200
"""Commands in one turn; the next turn takes the rest."""

SWEPT = 1_000
"""Commands that are done and forgotten in one turn."""

KEPT_DONE = timedelta(days=1)
"""How long a command that is done can be looked at."""

_MOST_DOUBLINGS = 6


def relay(db: Database, queue: Queue, turn: Turn) -> int:
    """Send again what was not done in time, less often each time; gives how many."""
    with begin_work(db, queue, turn.clock) as work:
        overdue = work.tx.execute(
            select(commands)
            .where(commands.c.done_at.is_(None), commands.c.send_at <= work.now)
            .order_by(commands.c.send_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for command in overdue:
            _send_again(work, command)
        swept = _sweep(work)
    turn.left += (len(overdue) == BATCH) + (swept == SWEPT)
    turn.done += len(overdue)
    return len(overdue)


def _sweep(work: Work) -> int:
    old = select(commands.c.id).where(commands.c.done_at < work.now - KEPT_DONE).limit(SWEPT)
    return work.tx.execute(delete(commands).where(commands.c.id.in_(old))).rowcount


def _send_again(work: Work, command: Row[Any]) -> None:
    wait = RELAY_AFTER * 2 ** min(command.sends, _MOST_DOUBLINGS)
    work.tx.execute(
        update(commands)
        .where(commands.c.id == command.id)
        .values(sends=command.sends + 1, send_at=work.now + wait)
    )
    work.wake(command.platform, command.id)
