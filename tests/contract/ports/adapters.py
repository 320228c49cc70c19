"""The Azure adapters on the emulators, and what a test sees behind a queue."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from azure.core.pipeline.transport import RequestsTransport
from azure.storage.queue import QueueClient, TextBase64DecodePolicy
from pydantic import SecretStr

from shared_code.ports._azure import Transport
from shared_code.ports.blobs.azure import AzureBlobs
from shared_code.ports.queue import Queue
from shared_code.ports.queue.azure import AzureQueue
from shared_code.ports.settings import BlobSettings, QueueSettings
from tests.support.azurite import AzuriteServer
from tests.support.identity import FakeCredential


@dataclass(frozen=True)
class Mailbox:
    """A queue adapter, and the texts that stand in a queue as its service tells them."""

    queue: Queue
    texts: Callable[[str], list[str]]


@contextmanager
def azure_blobs(server: AzuriteServer) -> Iterator[AzureBlobs]:
    """Open a container that is not there yet, with the account's key or, over TLS, an identity."""
    settings = BlobSettings(
        kind="azure",
        connection=account_key(server),
        account_url=server.url("Blob"),
        container=f"test-{uuid.uuid4().hex}",
    )
    adapter = AzureBlobs.from_settings(
        settings, credential=FakeCredential(), transport=trusting(server)
    )
    yield adapter
    adapter.close()


@contextmanager
def azure_mailbox(server: AzuriteServer) -> Iterator[Mailbox]:
    """Open the account's queues, as `azure_blobs` opens its blobs."""
    settings = QueueSettings(
        kind="azure", connection=account_key(server), account_url=server.url("Queue")
    )
    adapter = AzureQueue.from_settings(
        settings, credential=FakeCredential(), transport=trusting(server)
    )
    yield Mailbox(adapter, lambda queue: stored_texts(server, queue))
    adapter.close()


def account_key(server: AzuriteServer) -> SecretStr | None:
    return None if server.certificates else SecretStr(server.connection_string)


def trusting(server: AzuriteServer) -> Transport | None:
    if not server.certificates:
        return None
    transport: Transport = RequestsTransport(connection_verify=str(server.certificates))
    return transport


def stored_texts(server: AzuriteServer, queue: str) -> list[str]:
    """Return the messages of a queue, decoded as the Functions host does."""
    client = QueueClient.from_connection_string(
        server.connection_string,
        queue,
        message_decode_policy=TextBase64DecodePolicy(),
        transport=trusting(server),
    )
    with client:
        return [message.content for message in client.receive_messages()]
