"""Queues of a Storage account (or of Azurite), polled with the real host's rules."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.messages import Function
from local.host.queues.listener import Run
from local.host.queues.message import Envelope, UndecodableError, decoded
from local.host.settings import Queues
from local.host.workers import LostError

HIDDEN = 600  # seconds that a message taken is invisible; renewed at half time
SHORTEST_POLL = 0.1  # seconds

log = logging.getLogger(__name__)


class StorageQueue:
    """Sends to one queue, which is made when it is missing."""

    def __init__(self, connection: str, name: str) -> None:
        self._client = QueueClient.from_connection_string(connection, name)

    async def put(self, body: str) -> None:
        """Send one message."""
        try:
            await self._client.send_message(body)
        except ResourceNotFoundError:
            try:
                await self._client.create_queue()
            except ResourceExistsError:
                log.debug("somebody else has just made the queue")
            await self._client.send_message(body)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()


class StorageListener:
    """Feeds a function from a queue of an account."""

    def __init__(
        self, connection: str, name: str, function: Function, *, settings: Queues, run: Run
    ) -> None:
        self._client = QueueClient.from_connection_string(connection, name)
        poison = not name.endswith("-poison")
        self._poison = StorageQueue(connection, f"{name}-poison") if poison else None
        self._name, self._function = name, function
        self._settings, self._run = settings, run
        self._running: set[asyncio.Task[None]] = set()
        self._poll: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take messages from now on."""
        self._poll = asyncio.get_running_loop().create_task(self._keep_polling())

    async def stop(self) -> None:
        """Take no more messages, and wait for those being worked on."""
        if self._poll is not None:
            self._poll.cancel()
            await asyncio.gather(self._poll, return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running)
        await self._client.close()
        if self._poison is not None:
            await self._poison.close()

    async def _keep_polling(self) -> None:
        pause = SHORTEST_POLL
        longest = self._settings.max_polling_interval.total_seconds()
        while True:
            messages = await self._receive()
            for message in messages:
                task = asyncio.get_running_loop().create_task(self._one(message))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            if messages:
                pause = SHORTEST_POLL
                await self._below_threshold()
            else:
                await asyncio.sleep(pause)
                pause = min(longest, pause * 2 * random.uniform(0.8, 1.2))  # noqa: S311 - spreads polls

    async def _below_threshold(self) -> None:
        while len(self._running) > self._settings.threshold:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _receive(self) -> list[QueueMessage]:
        size = self._settings.batch_size
        pages = self._client.receive_messages(
            messages_per_page=size, max_messages=size, visibility_timeout=HIDDEN
        )
        try:
            return [message async for message in pages]
        except ResourceNotFoundError:
            return []  # a queue that nobody has made yet is empty
        except AzureError as error:
            log.warning("Queue %s cannot be read: %s", self._name, error)
            return []
        except Exception:
            # Nothing may end the polling without a word.
            log.exception("Queue %s cannot be read", self._name)
            return []

    async def _one(self, message: QueueMessage) -> None:
        renewal = asyncio.get_running_loop().create_task(self._renew(message))
        try:
            ended = await self._work(message)
        finally:
            renewal.cancel()
        try:
            await self._conclude(message, ended)
        except AzureError as error:
            log.warning("Message %s of %s comes again: %s", message.id, self._name, error)

    async def _work(self, message: QueueMessage) -> bool | None:
        """Run the function; whether it succeeded, None for a message that never will."""
        if _count(message) > self._settings.max_dequeue_count:
            return None
        try:
            body = decoded(str(message.content), self._settings.message_encoding)
            result = await self._run(self._function, body, _envelope(message).metadata(body))
        except UndecodableError:
            return None
        except LostError as lost:
            log.warning("Function %s had no end: %s", self._function.name, lost)
            return False
        return result.failure is None

    async def _conclude(self, message: QueueMessage, succeeded: bool | None) -> None:  # noqa: FBT001 - three outcomes
        if succeeded:
            await self._client.delete_message(message)
        elif succeeded is None or _count(message) >= self._settings.max_dequeue_count:
            log.warning("Message %s of %s goes to the poison queue.", message.id, self._name)
            if self._poison is not None:
                await self._poison.put(str(message.content))
            await self._client.delete_message(message)
        else:
            pause = int(self._settings.visibility_timeout.total_seconds())
            await self._client.update_message(message, visibility_timeout=pause)

    async def _renew(self, message: QueueMessage) -> None:
        while True:
            await asyncio.sleep(HIDDEN / 2)
            try:
                renewed = await self._client.update_message(message, visibility_timeout=HIDDEN)
                message.pop_receipt = renewed.pop_receipt
            except AzureError as error:
                log.warning("Message %s of %s is not kept: %s", message.id, self._name, error)


def _count(message: QueueMessage) -> int:
    return message.dequeue_count or 0


def _envelope(message: QueueMessage) -> Envelope:
    now = datetime.now(UTC)
    return Envelope(
        message.id,
        _count(message),
        inserted=message.inserted_on or now,
        expires=message.expires_on or now,
        visible=message.next_visible_on or now,
        receipt=message.pop_receipt or "",
    )
