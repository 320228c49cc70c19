"""Every adapter of every port, so that one class of tests holds for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_code.ports.blobs import Blobs
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.queue.local import LocalQueue
from shared_code.ports.vault import Vault
from shared_code.ports.vault.azure import AzureVault
from shared_code.ports.vault.file import FileVault
from tests.contract.ports.adapters import Mailbox, azure_blobs, azure_mailbox
from tests.contract.ports.queue_endpoint import queue_endpoint
from tests.support.azurite import AzuriteServer, azurite_server
from tests.support.keyvault import KeyVault, key_vault


@pytest.fixture(scope="session")
def azurite_with_identity() -> Iterator[AzuriteServer]:
    with azurite_server(identity=True) as server:
        yield server


@pytest.fixture(scope="session")
def vault_server() -> Iterator[KeyVault]:
    with key_vault(page_size=2) as vault:
        yield vault


@pytest.fixture(params=["folder", "azurite", "azurite_with_identity"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blobs]:
    if request.param == "folder":
        yield FolderBlobs(tmp_path / "blobs")
    else:
        with azure_blobs(request.getfixturevalue(request.param)) as adapter:
            yield adapter


@pytest.fixture(params=["local", "azurite", "azurite_with_identity"])
def mailbox(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    if request.param == "local":
        with queue_endpoint() as (url, kept):
            adapter = LocalQueue(url)
            yield Mailbox(adapter, kept.texts)
            adapter.close()
    else:
        with azure_mailbox(request.getfixturevalue(request.param)) as opened:
            yield opened


@pytest.fixture(params=["file", "key_vault"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vault]:
    if request.param == "file":
        yield FileVault(tmp_path / "vault.json")
    else:
        server: KeyVault = request.getfixturevalue("vault_server")
        adapter = AzureVault(server.url, credential=server.credential, transport=server.transport())
        yield adapter
        adapter.close()
