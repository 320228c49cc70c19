"""How the Azure adapters tell what may heal from what will not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import HttpTransport
from azure.storage.blob import BlobServiceClient, ContainerClient, ExponentialRetry
from azure.storage.queue import QueueServiceClient
from pydantic import SecretStr

from shared_code.errors import Abort, Retry
from shared_code.ports.blobs import BlobConflict
from shared_code.ports.blobs.azure import AzureBlobs
from shared_code.ports.queue.azure import AzureQueue
from shared_code.ports.settings import BlobSettings
from shared_code.ports.vault.azure import AzureVault
from tests.support.azurite import AzuriteServer
from tests.support.identity import FakeCredential
from tests.support.keyvault import RESOURCE, KeyVault, RefusalError
from tests.support.services import serving

NOBODY = "https://causeway.invalid"
ATTEMPTS = 4
LONGEST_PAUSES = 20
KEY = {"account_name": "causeway", "account_key": "a2V5"}


class DeadTransport(HttpTransport[Any, Any]):
    """Reaches nobody, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.sent = 0
        self.slept = 0.0

    def send(self, request: Any, **_: Any) -> Any:  # noqa: ANN401 - the SDK has two kinds
        self.sent += 1
        raise ServiceRequestError(f"no route to {request.url}")

    def sleep(self, duration: float) -> None:
        self.slept += duration

    def open(self) -> None: ...

    def close(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


class VanishingStorage(BaseHTTPRequestHandler):
    """Misses its containers and queues, and cannot make them: the last ones are not gone yet."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        creates = "restype=container" in self.path or self.path == "/causeway/runs"
        missing = not creates and "/gone/" not in self.path
        self._refuse(404 if missing else 409)

    def do_POST(self) -> None:
        self._refuse(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _refuse(self, status: int) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        kind = "Queue" if "runs" in self.path else "Container"
        code = f"{kind}NotFound" if status == 404 else f"{kind}BeingDeleted"
        self.send_header("x-ms-error-code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def account(port: int) -> str:
    return f"http://127.0.0.1:{port}/causeway"


def dead_blobs(transport: DeadTransport) -> Callable[[], object]:
    blobs = AzureBlobs(ContainerClient(NOBODY, "causeway", **without_pauses(transport)))
    return lambda: blobs.put("a/b", b"", content_type="text/plain")


def dead_queue(transport: DeadTransport) -> Callable[[], object]:
    queue = AzureQueue(QueueServiceClient(NOBODY, **without_pauses(transport)))
    return lambda: queue.send("runs", "text")


def dead_vault(transport: DeadTransport) -> Callable[[], object]:
    vault = AzureVault(NOBODY, credential=FakeCredential(), transport=transport)
    return lambda: vault.get("client-secret")


def without_pauses(transport: DeadTransport) -> dict[str, Any]:
    """Storage wraps the transport and then pauses in earnest: let it not try again."""
    return {"credential": FakeCredential(), "transport": transport, "retry_total": 0}


@pytest.mark.parametrize("dead", [dead_blobs, dead_queue, dead_vault])
def test_an_unreachable_service_is_for_later(
    dead: Callable[[DeadTransport], Callable[[], object]],
) -> None:
    with pytest.raises(Retry, match="cannot be reached") as caught:
        dead(DeadTransport())()
    assert caught.value.retry_after is None
    assert NOBODY not in caught.value.public
    assert NOBODY in caught.value.internal


def test_the_vault_is_tried_a_few_times_only() -> None:
    transport = DeadTransport()
    with pytest.raises(Retry):
        dead_vault(transport)()
    assert transport.sent == ATTEMPTS
    assert 0 < transport.slept < LONGEST_PAUSES


def test_storage_is_tried_a_few_times_only() -> None:
    settings = BlobSettings(kind="azure", account_url=NOBODY)
    blobs = AzureBlobs.from_settings(settings, credential=FakeCredential())
    policy = blobs._container._config.retry_policy
    assert isinstance(policy, ExponentialRetry)
    pauses = [policy.get_backoff_time({"count": count}) for count in range(1, ATTEMPTS)]
    assert policy.total_retries == ATTEMPTS - 1
    assert 0 < sum(pauses) < LONGEST_PAUSES


class TestVault:
    @pytest.fixture
    def vault(self, vault_server: KeyVault) -> Iterator[AzureVault]:
        adapter = AzureVault(
            vault_server.url,
            credential=vault_server.credential,
            transport=vault_server.transport(),
        )
        yield adapter
        adapter.close()
        vault_server.refusals.clear()

    def test_the_client_learns_from_the_challenge_for_whom_its_token_must_be(
        self, vault: AzureVault, vault_server: KeyVault
    ) -> None:
        vault.set("challenged", SecretStr("value"))
        assert vault_server.challenges == 1
        assert set(vault_server.credential.scopes) == {f"{RESOURCE}/.default"}

    def test_throttling_is_for_later(self, vault: AzureVault, vault_server: KeyVault) -> None:
        busy = RefusalError(HTTPStatus.TOO_MANY_REQUESTS, "Throttled", "Too many requests.")
        vault_server.refusals.extend([busy] * ATTEMPTS)
        with pytest.raises(Retry, match="busy"):
            vault.get("any")

    def test_throttling_that_ends_is_not_noticed(
        self, vault: AzureVault, vault_server: KeyVault
    ) -> None:
        stored = vault.set("patient", SecretStr("value"))
        busy = RefusalError(HTTPStatus.TOO_MANY_REQUESTS, "Throttled", "Too many requests.")
        vault_server.refusals.extend([busy] * (ATTEMPTS - 1))
        assert vault.get("patient") == stored

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (HTTPStatus.FORBIDDEN, "Forbidden"),
            (HTTPStatus.CONFLICT, "ObjectIsDeletedButRecoverable"),
        ],
    )
    def test_a_refusal_is_for_an_operator(
        self, vault: AzureVault, vault_server: KeyVault, status: HTTPStatus, code: str
    ) -> None:
        vault_server.refusals.append(RefusalError(status, code, "That is not allowed."))
        with pytest.raises(Abort, match="refused") as caught:
            vault.set("any", SecretStr("canary"))
        assert code in caught.value.internal
        assert "canary" not in caught.value.internal

    def test_a_vault_that_answers_404_to_a_listing_has_no_versions(
        self, vault: AzureVault, vault_server: KeyVault
    ) -> None:
        missing = RefusalError(HTTPStatus.NOT_FOUND, "SecretNotFound", "There is none.")
        vault_server.refusals.append(missing)
        assert vault.versions("any") == []


class TestStorage:
    def test_a_container_that_is_still_being_deleted_is_for_later(self) -> None:
        with serving(VanishingStorage) as port, ContainerClient(account(port), "raw") as container:
            blobs = AzureBlobs(container)
            with pytest.raises(Retry, match="busy"):
                blobs.put("a/b", b"page", content_type="text/plain")

    def test_a_queue_that_is_still_being_deleted_is_for_later(self) -> None:
        with serving(VanishingStorage) as port, QueueServiceClient(account(port), KEY) as service:
            queue = AzureQueue(service)
            with pytest.raises(Retry, match="busy"):
                queue.send("runs", "text")

    def test_a_blob_whose_container_is_being_deleted_is_no_conflict(self) -> None:
        with serving(VanishingStorage) as port, ContainerClient(account(port), "gone") as container:
            blobs = AzureBlobs(container)
            with pytest.raises(Retry, match="busy"):
                blobs.put("a/b", b"page", content_type="text/plain")

    def test_a_wrong_key_is_for_an_operator(self, azurite: AzuriteServer) -> None:
        wrong = azurite.connection_string.replace(azurite.key, "d3Jvbmc=")
        blobs = AzureBlobs.from_settings(BlobSettings(kind="azure", connection=SecretStr(wrong)))
        with pytest.raises(Abort, match="refused") as caught:
            blobs.put("a/b", b"page", content_type="text/plain")
        assert not isinstance(caught.value, BlobConflict)
        blobs.close()

    def test_a_blob_carries_its_content_type(self, azurite: AzuriteServer) -> None:
        with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
            container = service.get_container_client("typed")
            AzureBlobs(container).put("export.csv", b"a,b", content_type="text/csv")
            found = container.get_blob_client("export.csv").get_blob_properties()
        assert found.content_settings.content_type == "text/csv"
