"""Queue triggers: run the function for each message, with the host's rules for poison."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from local.host.dispatcher import Dispatcher
from local.host.messages import Blob, Function, Result
from local.host.queues.local import LocalQueues, QueueItem
from local.host.queues.message import Envelope, UndecodableError, decoded
from local.host.settings import Queues
from local.host.workers import LostError

Run = Callable[[Function, str | Blob, dict[str, str]], Awaitable[Result]]

log = logging.getLogger(__name__)


class LocalListener:
    """Feeds a function from a local queue.

    Args:
        run: invokes the function and sends its outputs.
    """

    def __init__(
        self, queues: LocalQueues, function: Function, name: str, *, settings: Queues, run: Run
    ) -> None:
        self._queues, self._function, self._name = queues, function, name
        self._settings, self._run = settings, run
        limit = settings.batch_size + settings.threshold
        self._dispatcher: Dispatcher[QueueItem] = Dispatcher(self._one, limit)

    def start(self) -> None:
        """Take messages from now on."""
        self._queues.consume(self._name, self._dispatcher.submit)

    async def stop(self) -> None:
        """Take no more messages, and wait for those being worked on."""
        self._dispatcher.close()
        self._queues.consume(self._name, None)
        for item in self._dispatcher.abandon():
            self._queues.give_back(item, 0)
        await self._dispatcher.wait()

    async def _one(self, item: QueueItem) -> None:
        self._queues.take(item)
        if item.dequeues > self._settings.max_dequeue_count:
            self._queues.poison(item)
            return
        try:
            body = decoded(item.body, self._settings.message_encoding)
        except UndecodableError as error:
            log.warning(
                "Message %s of %s goes to the poison queue: %s", item.guid, self._name, error
            )
            self._queues.poison(item)
            return
        if await self._succeeds(item, body):
            self._queues.delete(item)
        elif item.dequeues >= self._settings.max_dequeue_count:
            log.warning("Message %s of %s has failed for good.", item.guid, self._name)
            self._queues.poison(item)
        else:
            self._queues.give_back(item, self._settings.visibility_timeout.total_seconds())

    async def _succeeds(self, item: QueueItem, body: str | Blob) -> bool:
        try:
            result = await self._run(self._function, body, _envelope(item).metadata(body))
        except LostError as lost:
            log.warning("Function %s had no end: %s", self._function.name, lost)
            return False
        return result.failure is None


def _envelope(item: QueueItem) -> Envelope:
    return Envelope(
        item.guid,
        item.dequeues,
        inserted=datetime.fromtimestamp(item.inserted, UTC),
        expires=datetime.fromtimestamp(item.expires, UTC),
        visible=datetime.fromtimestamp(item.visible, UTC),
        receipt=f"{item.id}.{item.dequeues}",
    )
