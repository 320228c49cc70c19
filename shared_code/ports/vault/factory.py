"""Choose the vault adapter by settings."""

from __future__ import annotations

from shared_code.ports.settings import MissingSetting, VaultSettings
from shared_code.ports.vault.file import FileVault
from shared_code.ports.vault.port import Vault


def open_vault(settings: VaultSettings) -> Vault:
    """Return the adapter that the settings name; raises `MissingSetting`."""
    if settings.kind == "file":
        return FileVault(settings.file)
    if not settings.url:
        raise MissingSetting("CAUSEWAY_VAULT_KIND=keyvault", "CAUSEWAY_VAULT_URL")
    from shared_code.ports.vault.azure import AzureVault  # noqa: PLC0415 - its import takes 0.3 s

    return AzureVault(settings.url)
