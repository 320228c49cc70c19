"""Which adapter each port uses, and where it finds its service: one settings model a port."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr

from shared_code.errors import Abort
from shared_code.settings import Settings

_DATA = Path(".local/data")


class MissingSetting(Abort):
    """The chosen adapter needs a setting that is not there."""

    def __init__(self, chosen: str, *needed: str) -> None:
        super().__init__(
            "The platform is not configured completely.",
            f"{chosen} needs the setting {' or '.join(needed)}.",
        )


class PortSettings(Settings, hide_input_in_errors=True, populate_by_name=True):
    """Settings of a port, some of which are secret."""


class BlobSettings(PortSettings, env_prefix="CAUSEWAY_BLOBS_"):
    """Where raw pages and exports are kept."""

    kind: Literal["folder", "azure"] = Field(
        default="folder", description="Adapter: a local folder, or Azure Blob Storage."
    )
    folder: Path = Field(
        default=_DATA / "blobs", description="Folder of the blobs, created on first use."
    )
    connection: SecretStr | None = Field(
        default=None, description="Connection string of the storage account, or of Azurite."
    )
    account_url: str | None = Field(
        default=None,
        description="Blob endpoint of the storage account, reached by the app's identity.",
    )
    container: str = Field(
        default="causeway", description="Container of the blobs, created on first use."
    )


class QueueSettings(PortSettings, env_prefix="CAUSEWAY_QUEUE_"):
    """Where messages between apps go."""

    kind: Literal["local", "azure"] = Field(
        default="local", description="Adapter: the embedded host's queues, or Azure Queue Storage."
    )
    local_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("LOCAL_QUEUE_URL", "CAUSEWAY_QUEUE_LOCAL_URL"),
        description="Base URL of the embedded host's queue endpoint; the host itself sets it.",
    )
    connection: SecretStr | None = Field(
        default=None, description="Connection string of the storage account, or of Azurite."
    )
    account_url: str | None = Field(
        default=None,
        description="Queue endpoint of the storage account, reached by the app's identity.",
    )


class VaultSettings(PortSettings, env_prefix="CAUSEWAY_VAULT_"):
    """Where keys and client secrets are kept."""

    kind: Literal["file", "keyvault"] = Field(
        default="file", description="Adapter: an encrypted local file, or Azure Key Vault."
    )
    file: Path = Field(
        default=_DATA / "vault.json",
        description="The vault file; its key lies beside it, with the ending .key.",
    )
    url: str | None = Field(
        default=None, description="URL of the Key Vault, reached by the app's identity."
    )
