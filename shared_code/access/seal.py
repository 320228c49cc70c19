"""Sealed API keys: readable again for their client, worthless to a thief of the store."""

from __future__ import annotations

from pydantic import SecretStr

from shared_code.ports.vault import Vault
from shared_code.sealing import DataKey

SECRET_NAME = "api-key-seal"  # noqa: S105 - its name, not its value


class KeySeal:
    """The seal of API keys; see `DataKey`."""

    def __init__(self, vault: Vault) -> None:
        self._key = DataKey(vault, SECRET_NAME)

    def seal(self, text: str, *, owner: str) -> bytes:
        """Seal `text` for `owner` alone: it opens under no other name."""
        return self._key.seal(SecretStr(text), owner.encode())

    def open(self, sealed: bytes, *, owner: str) -> str:
        """Give back what was sealed; raises `SealBroken` for another owner's or altered bytes."""
        return self._key.open(sealed, owner.encode()).get_secret_value()
