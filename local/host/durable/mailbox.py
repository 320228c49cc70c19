"""Messages among orchestrations, entities, activities and clients; a timer is one due later."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

from local.host.clock import Clock, Waiting
from local.host.durable.history import Event, stamp, stamped
from local.host.durable.store import Message, add_message
from local.host.journal import Statement


class Mailbox:
    """Numbers messages, and delivers each when it is due.

    `deliver` gets a message on the event loop; it must ignore those for addresses it does not know.
    """

    def __init__(self, clock: Clock, deliver: Callable[[Message], None]) -> None:
        self._clock, self._deliver = clock, deliver
        self._numbers = itertools.count(1)
        self._waiting: Waiting[Message] = Waiting(clock, deliver)

    def now(self) -> datetime:
        """Tell the time of day that orchestrators are told."""
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def restore(self, messages: list[Message]) -> None:
        """Take up the messages found at start."""
        self._numbers = itertools.count(max((m.id for m in messages), default=0) + 1)
        for message in messages:
            self.send(message)

    def put(
        self, address: str, event: Event, *, execution: str | None = None, due: float = 0
    ) -> tuple[Message, Statement]:
        """Make a message and the statement that keeps it; `send` it once that is queued."""
        event = stamped(event, stamp(self.now()))
        message = Message(next(self._numbers), address, execution, due, event)
        return message, add_message(message)

    def send(self, message: Message) -> None:
        """Deliver now, or when it is due."""
        if message.due <= self._clock.now():
            self._deliver(message)
        else:
            self._waiting.add(message.due, message)

    def close(self) -> None:
        """Deliver nothing more by time."""
        self._waiting.close()
