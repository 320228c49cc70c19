"""The host's own queue: durable in its journal, delivered without polling."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from local.host.clock import SYSTEM, Clock, Waiting
from local.host.journal import Journal, Row, Statement

SCHEMA = """
CREATE TABLE IF NOT EXISTS queue_messages(
  id INTEGER PRIMARY KEY, queue TEXT NOT NULL, guid TEXT NOT NULL, body TEXT NOT NULL,
  inserted REAL NOT NULL, expires REAL NOT NULL, visible REAL NOT NULL, dequeues INTEGER NOT NULL
);
"""
_ALL = (
    "SELECT id, queue, guid, body, inserted, expires, visible, dequeues FROM queue_messages "
    "ORDER BY id"
)
_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
WEEK = 7 * 86400
HIDDEN = 600.0  # seconds that the real host leaves a message nobody could deal with
FOR_EVER = 253402300799.0  # the end of the year 9999


class QueueNameError(ValueError):
    """A queue's name is 3 to 63 lower-case letters, digits and single hyphens."""


@dataclass(eq=False, slots=True)
class QueueItem:
    """One message; `body` is the text on the wire, times are seconds since the epoch."""

    id: int
    queue: str
    guid: str
    body: str
    inserted: float
    expires: float
    visible: float
    dequeues: int = 0


@dataclass(eq=False, slots=True)
class _Queue:
    ready: list[QueueItem] = field(default_factory=list)
    consumer: Callable[[QueueItem], None] | None = None
    depth: int = 0


class LocalQueues:
    """All local queues; a queue comes to be when it is first named."""

    def __init__(self, journal: Journal, clock: Clock = SYSTEM) -> None:
        self._journal, self._clock = journal, clock
        self._queues: dict[str, _Queue] = {}
        self._waiting: Waiting[QueueItem] = Waiting(clock, self._hand_over)
        self._numbers = itertools.count(1)

    async def restore(self) -> None:
        """Take up the messages of the last run; whatever was being worked on is visible again."""
        items = [_item(row) for row in await self._journal.read(_ALL)]
        self._numbers = itertools.count(max((item.id for item in items), default=0) + 1)
        for item in items:
            self._queue(item.queue).depth += 1
            self._show(item)

    async def put(
        self, name: str, body: str, *, delay: float = 0, lifetime: float = WEEK
    ) -> QueueItem:
        """Add a message; it is durable when this returns, and the trigger awake.

        Args:
            delay: seconds until it is visible.
            lifetime: seconds until it expires, -1 for never.

        Raises:
            QueueNameError: the name is none.
        """
        item, statement = self._make(name, body, delay=delay, lifetime=lifetime)
        await self._journal.write([statement])
        self._show(item)
        return item

    def consume(self, name: str, consumer: Callable[[QueueItem], None] | None) -> None:
        """Hand every visible message of a queue to a consumer; it deletes it or gives it back."""
        queue = self._queue(name)
        queue.consumer = consumer
        ready, queue.ready = queue.ready, []
        for item in ready:
            self._hand_over(item)

    def take(self, item: QueueItem) -> None:
        """Count one more attempt at a message."""
        item.dequeues += 1
        self._journal.write(
            [("UPDATE queue_messages SET dequeues=? WHERE id=?", (item.dequeues, item.id))]
        )

    def give_back(self, item: QueueItem, delay: float) -> None:
        """Make a message visible again, after some seconds."""
        item.visible = self._clock.now() + delay
        self._journal.write(
            [("UPDATE queue_messages SET visible=? WHERE id=?", (item.visible, item.id))]
        )
        self._show(item)

    def delete(self, item: QueueItem) -> None:
        """Remove a message that has been dealt with."""
        self._queue(item.queue).depth -= 1
        self._journal.write([_removal(item)])

    def poison(self, item: QueueItem) -> None:
        """Move a message to the queue's poison queue; one in a poison queue is put off."""
        if item.queue.endswith("-poison"):
            self.give_back(item, HIDDEN)
            return
        self._queue(item.queue).depth -= 1
        moved, statement = self._make(f"{item.queue}-poison", item.body)
        self._journal.write([statement, _removal(item)])
        self._show(moved)

    def depths(self) -> dict[str, int]:
        """Count the messages of each queue, those being worked on included."""
        return {name: queue.depth for name, queue in sorted(self._queues.items())}

    def close(self) -> None:
        """Deliver nothing more."""
        self._waiting.close()
        for queue in self._queues.values():
            queue.consumer = None

    def _queue(self, name: str) -> _Queue:
        return self._queues.setdefault(name, _Queue())

    def _make(
        self, name: str, body: str, *, delay: float = 0, lifetime: float = WEEK
    ) -> tuple[QueueItem, Statement]:
        if not _NAME.fullmatch(name):
            raise QueueNameError(f"'{name}' is no name for a queue.")
        now = self._clock.now()
        expires = FOR_EVER if lifetime < 0 else now + lifetime
        item = QueueItem(
            next(self._numbers), name, str(uuid.uuid4()), body, now, expires, now + delay
        )
        self._queue(name).depth += 1
        values = (item.id, name, item.guid, body, now, expires, item.visible, 0)
        return item, ("INSERT INTO queue_messages VALUES(?,?,?,?,?,?,?,?)", values)

    def _show(self, item: QueueItem) -> None:
        """Hand a message to the consumer, at once or when it is visible."""
        if item.visible > self._clock.now():
            self._waiting.add(item.visible, item)
        else:
            self._hand_over(item)

    def _hand_over(self, item: QueueItem) -> None:
        queue = self._queue(item.queue)
        if item.expires <= self._clock.now():
            self.delete(item)
        elif queue.consumer is None:
            queue.ready.append(item)
        else:
            queue.consumer(item)


def _removal(item: QueueItem) -> Statement:
    return "DELETE FROM queue_messages WHERE id=?", (item.id,)


def _item(row: Row) -> QueueItem:
    id_, queue, guid, body, inserted, expires, _, dequeues = row
    return QueueItem(
        int(id_ or 0),
        str(queue),
        str(guid),
        str(body),
        float(inserted or 0),
        float(expires or 0),
        0.0,
        int(dequeues or 0),
    )
