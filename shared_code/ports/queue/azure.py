"""Queues of Azure Queue Storage."""

from __future__ import annotations

from typing import Self

from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from shared_code.ports import _azure
from shared_code.ports.queue.port import checked_name, checked_text
from shared_code.ports.settings import QueueSettings


class AzureQueue:
    """The `Queue` port on one storage account; a queue's first message creates it if missing."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service

    @classmethod
    def from_settings(
        cls,
        settings: QueueSettings,
        *,
        credential: TokenCredential | None = None,
        transport: _azure.Transport | None = None,
    ) -> Self:
        """Connect by connection string, else as the app's identity; raises `MissingSetting`."""
        return cls(
            _azure.storage_service(
                QueueServiceClient, settings, credential=credential, transport=transport
            )
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._service.close()

    def send(self, queue: str, text: str) -> None:
        """Append `text` to `queue`; see `Queue.send`."""
        client = self._service.get_queue_client(
            checked_name(queue), message_encode_policy=TextBase64EncodePolicy()
        )
        message = checked_text(text)
        with _azure.translated_errors("Queue storage"):
            try:
                client.send_message(message)
            except ResourceNotFoundError:
                with _azure.created_if_missing():
                    client.create_queue()
                client.send_message(message)
