from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from shared_code.ports.blobs import open_blobs
from shared_code.ports.blobs.azure import AzureBlobs
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.queue import open_queue
from shared_code.ports.queue.azure import AzureQueue
from shared_code.ports.queue.local import LocalQueue
from shared_code.ports.settings import BlobSettings, MissingSetting, QueueSettings, VaultSettings
from shared_code.ports.vault import open_vault
from shared_code.ports.vault.azure import AzureVault
from shared_code.ports.vault.file import FileVault

MODELS: list[type[BaseSettings]] = [BlobSettings, QueueSettings, VaultSettings]
CONNECTION = SecretStr("AccountName=causeway;AccountKey=Y2FuYXJ5")
NOWHERE = "https://causeway.invalid"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for model in MODELS:
        for name in model.model_fields:
            monkeypatch.delenv(f"{model.model_config['env_prefix']}{name.upper()}", raising=False)
    monkeypatch.delenv("LOCAL_QUEUE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("model", MODELS)
def test_every_setting_is_described(model: type[BaseSettings]) -> None:
    assert all(field.description for field in model.model_fields.values())


@pytest.mark.parametrize("model", MODELS)
def test_settings_do_not_change(model: type[BaseSettings]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        model().kind = "azure"  # type: ignore[attr-defined]  # each of the three has it


def test_without_any_setting_all_is_local() -> None:
    assert BlobSettings().folder == Path(".local/data/blobs")
    assert VaultSettings().file == Path(".local/data/vault.json")
    assert (BlobSettings().kind, QueueSettings().kind, VaultSettings().kind) == (
        "folder",
        "local",
        "file",
    )


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_BLOBS_KIND", "azure")
    monkeypatch.setenv("CAUSEWAY_BLOBS_CONNECTION", CONNECTION.get_secret_value())
    monkeypatch.setenv("CAUSEWAY_BLOBS_CONTAINER", "raw")
    monkeypatch.setenv("LOCAL_QUEUE_URL", NOWHERE)
    monkeypatch.setenv("CAUSEWAY_VAULT_URL", "")
    blobs = BlobSettings()
    assert (blobs.kind, blobs.connection, blobs.container) == ("azure", CONNECTION, "raw")
    assert QueueSettings().local_url == NOWHERE
    assert VaultSettings().url is None


def test_an_unknown_kind_is_refused_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_BLOBS_KIND", "ftp")
    with pytest.raises(ValidationError, match="'folder' or 'azure'"):
        BlobSettings()


def test_a_connection_string_is_not_shown() -> None:
    settings = BlobSettings(kind="azure", connection=CONNECTION)
    assert "Y2FuYXJ5" not in f"{settings!r} {settings.model_dump_json()}"


def test_each_kind_opens_its_adapter(tmp_path: Path) -> None:
    blobs = BlobSettings(kind="azure", connection=CONNECTION)
    queue = QueueSettings(kind="azure", connection=CONNECTION)
    assert isinstance(open_blobs(BlobSettings(folder=tmp_path)), FolderBlobs)
    assert isinstance(open_blobs(blobs), AzureBlobs)
    assert isinstance(open_queue(QueueSettings(local_url=NOWHERE)), LocalQueue)
    assert isinstance(open_queue(queue), AzureQueue)
    assert isinstance(open_vault(VaultSettings(file=tmp_path / "vault.json")), FileVault)


def test_without_a_connection_string_the_apps_identity_is_used() -> None:
    assert isinstance(open_blobs(BlobSettings(kind="azure", account_url=NOWHERE)), AzureBlobs)
    assert isinstance(open_queue(QueueSettings(kind="azure", account_url=NOWHERE)), AzureQueue)
    assert isinstance(open_vault(VaultSettings(kind="keyvault", url=NOWHERE)), AzureVault)


def test_a_missing_setting_is_named_in_one_sentence() -> None:
    with pytest.raises(MissingSetting) as blobs:
        open_blobs(BlobSettings(kind="azure"))
    with pytest.raises(MissingSetting) as queue:
        open_queue(QueueSettings(kind="azure"))
    with pytest.raises(MissingSetting) as local:
        open_queue(QueueSettings())
    with pytest.raises(MissingSetting) as vault:
        open_vault(VaultSettings(kind="keyvault"))
    sentences = [caught.value.internal for caught in (blobs, queue, local, vault)]
    assert [sentence.replace(" needs the setting", ":") for sentence in sentences] == [
        "CAUSEWAY_BLOBS_KIND=azure: CAUSEWAY_BLOBS_CONNECTION or CAUSEWAY_BLOBS_ACCOUNT_URL.",
        "CAUSEWAY_QUEUE_KIND=azure: CAUSEWAY_QUEUE_CONNECTION or CAUSEWAY_QUEUE_ACCOUNT_URL.",
        "CAUSEWAY_QUEUE_KIND=local: LOCAL_QUEUE_URL.",
        "CAUSEWAY_VAULT_KIND=keyvault: CAUSEWAY_VAULT_URL.",
    ]


def test_who_stays_local_never_loads_the_azure_sdk() -> None:
    script = """
import sys
from shared_code.ports import blobs, clock, queue, settings, vault
blobs.open_blobs(settings.BlobSettings())
queue.open_queue(settings.QueueSettings(local_url="http://127.0.0.1:1"))
vault.open_vault(settings.VaultSettings())
print(sorted(name for name in sys.modules if name.split(".")[0] == "azure"))
"""
    root = Path(__file__).resolve().parents[3]
    loaded = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "[]"
