"""Which queue service a binding means: the local queues, or the account its connection names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from local.host.queues.local import LocalQueues
from local.host.queues.message import check_size

if TYPE_CHECKING:
    from local.host.queues.storage import StorageQueue


class QueueService:
    """Resolves `connection` settings: an absent or empty one is the local service."""

    def __init__(self, local: LocalQueues, environment: Mapping[str, str]) -> None:
        self.local = local
        self._environment = environment
        self._senders: dict[tuple[str, str], StorageQueue] = {}

    def connection(self, setting: str) -> str:
        """Look a connection string up; empty for the local queues."""
        return self._environment.get(setting) or ""

    async def put(self, setting: str, name: str, body: str) -> None:
        """Send a message whose body is encoded already.

        Raises:
            MessageSizeError: it is too large.
            QueueNameError: the queue's name is none.
            AzureError: the account cannot be reached, or does not take it.
        """
        check_size(body)
        connection = self.connection(setting)
        if not connection:
            await self.local.put(name, body)
            return
        key = (connection, name)
        if key not in self._senders:
            from local.host.queues.storage import StorageQueue  # noqa: PLC0415 - takes 15 MB

            self._senders[key] = StorageQueue(connection, name)
        await self._senders[key].put(body)

    async def close(self) -> None:
        """Close the connections to accounts."""
        for sender in self._senders.values():
            await sender.close()
