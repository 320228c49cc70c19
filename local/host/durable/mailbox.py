"""Messages among orchestrations, entities, activities and clients; a timer is one due later."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

from local.host.durable.history import Event
from local.host.durable.store import Message, add_message
from local.host.journal import Statement


class Mailbox:
    """Numbers messages, and delivers each when it is due.

    `deliver` gets a message on the event loop; it must ignore those for addresses it does not know.
    """

    def __init__(self, deliver: Callable[[Message], None]) -> None:
        self._deliver = deliver
        self._numbers = itertools.count(1)
        self._later: list[tuple[float, int, Message]] = []
        self._alarm: asyncio.TimerHandle | None = None

    def restore(self, messages: list[Message]) -> None:
        """Take up the messages found at start."""
        self._numbers = itertools.count(max((m.id for m in messages), default=0) + 1)
        for message in messages:
            self.send(message)

    def put(
        self, address: str, event: Event, *, execution: str | None = None, due: float = 0
    ) -> tuple[Message, Statement]:
        """Make a message and the statement that keeps it; `send` it once that is queued."""
        message = Message(next(self._numbers), address, execution, due, event)
        return message, add_message(message)

    def send(self, message: Message) -> None:
        """Deliver now, or when it is due."""
        if message.due <= time.time():
            self._deliver(message)
        else:
            heapq.heappush(self._later, (message.due, message.id, message))
            if self._later[0][2] is message:
                self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._later:
            # The wall clock may be set; look again within a minute.
            wait = min(60.0, max(0.0, self._later[0][0] - time.time()))
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        now = time.time()
        while self._later and self._later[0][0] <= now:
            self._deliver(heapq.heappop(self._later)[2])
        self._set_alarm()

    def close(self) -> None:
        """Deliver nothing more by time."""
        if self._alarm is not None:
            self._alarm.cancel()
