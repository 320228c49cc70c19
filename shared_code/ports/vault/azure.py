"""Secrets of an Azure Key Vault."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceNotFoundError
from azure.keyvault.secrets import KeyVaultSecret, SecretClient, SecretProperties
from pydantic import SecretStr

from shared_code.ports import _azure
from shared_code.ports.vault.port import Secret, SecretNotFound, checked_name, checked_value


class AzureVault:
    """The `Vault` port on the Key Vault at `url`, reached as `credential` or the app's identity."""

    def __init__(
        self,
        url: str,
        *,
        credential: TokenCredential | None = None,
        transport: _azure.Transport | None = None,
    ) -> None:
        # The SDK takes a transport only where the keyword is there at all.
        chosen = {"transport": transport} if transport else {}
        self._client = SecretClient(
            url, credential or _azure.app_identity(), **_azure.BOUNDS, **chosen
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, name: str, version: str | None = None) -> Secret:
        """Return one version of a secret; see `Vault.get`."""
        with _errors():
            try:
                return _secret(self._client.get_secret(checked_name(name), version))
            except ResourceNotFoundError:
                raise SecretNotFound(name, version) from None

    def set(self, name: str, value: SecretStr) -> Secret:
        """Store a new version; see `Vault.set`."""
        with _errors():
            return _secret(self._client.set_secret(checked_name(name), checked_value(value)))

    def versions(self, name: str) -> Sequence[str]:
        """Return the ids of all versions, oldest first; see `Vault.versions`."""
        with _errors():
            try:
                found = [*self._client.list_properties_of_secret_versions(checked_name(name))]
            except ResourceNotFoundError:
                return []
        return [str(version.version) for version in sorted(found, key=_created)]


def _secret(found: KeyVaultSecret) -> Secret:
    return Secret(
        name=str(found.name),
        version=str(found.properties.version),
        value=SecretStr(str(found.value)),
    )


def _created(version: SecretProperties) -> float:
    return version.created_on.timestamp() if version.created_on else 0.0


def _errors() -> AbstractContextManager[None]:
    return _azure.translated_errors("The key vault")
