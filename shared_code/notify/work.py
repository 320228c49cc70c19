"""One transaction and what follows from it: commands for connectors, events for clients.

Commands and events are rows of the transaction that caused them. The queue message sent after the
commit is only a wake-up call: when it is lost, the relay sends it again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, insert

from shared_code.errors import CausewayError
from shared_code.notify.queues import command_queue
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import commands, events

RELAY_AFTER = timedelta(seconds=30)
"""A command that is not done by then is sent again."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Work:
    """An open transaction with the moment it stands for."""

    tx: Connection
    now: datetime
    _messages: list[tuple[str, str]] = field(default_factory=list)

    def command(
        self, platform: str, kind: str, *, company_id: str, payload: Mapping[str, object]
    ) -> str:
        """Order something of a connector, or of another service; gives the command's id."""
        command_id = str(uuid.uuid4())
        self.tx.execute(
            insert(commands).values(
                id=command_id,
                company_id=company_id,
                platform=platform,
                kind=kind,
                payload=dict(payload),
                created_at=self.now,
                send_at=self.now + RELAY_AFTER,
                sends=1,
            )
        )
        self.wake(platform, command_id)
        return command_id

    def wake(self, platform: str, command_id: str) -> None:
        """Send the wake-up call for a command once this transaction is committed."""
        self._messages.append((command_queue(platform), json.dumps({"command": command_id})))

    def event(
        self,
        event_type: str,
        payload: Mapping[str, object],
        *,
        client_id: str,
        company_id: str,
        connection_id: str | None = None,
    ) -> None:
        """Record what happened. Nothing delivers events yet: their rows wait for webhooks."""
        self.tx.execute(
            insert(events).values(
                id=str(uuid.uuid4()),
                client_id=client_id,
                company_id=company_id,
                connection_id=connection_id,
                event_type=event_type,
                payload=dict(payload),
                created_at=self.now,
            )
        )

    def messages(self) -> list[tuple[str, str]]:
        """The wake-up calls to send: (queue, text)."""
        return list(self._messages)


@contextmanager
def begin_work(db: Database, queue: Queue, clock: Clock) -> Iterator[Work]:
    """Run one write transaction, then send its wake-up calls."""
    with db.write() as tx:
        work = Work(tx, clock.now())
        yield work
    for name, text in work.messages():
        _send(queue, name, text)


def _send(queue: Queue, name: str, text: str) -> None:
    try:
        queue.send(name, text)
    except CausewayError as error:
        # The command is committed: the relay sends it again.
        _log.warning("wake-up call not sent", queue=name, reason=error.internal)
