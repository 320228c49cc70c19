"""Seal what belongs to a connection, under the data key of its connector."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import SecretStr

from shared_code.ports.vault import Vault
from shared_code.sealing import DataKey, SealBroken

__all__ = ["Binding", "SealBroken", "Sealer"]


@dataclass(frozen=True, slots=True)
class Binding:
    """What an envelope is for: opening it takes the same words as sealing it."""

    purpose: str
    company_id: str
    connection_id: str
    subject: str
    """What of the connection: a grant's version, a link attempt."""

    def __bytes__(self) -> bytes:
        words = [self.purpose, self.company_id, self.connection_id, self.subject]
        return json.dumps(words).encode()


class Sealer:
    """The seal of the connector `platform`; see `DataKey`."""

    def __init__(self, vault: Vault, platform: str) -> None:
        self.platform = platform
        self.key = DataKey(vault, f"{platform.replace('_', '-')}-data-key")

    def prepare(self) -> None:
        """Read the key to seal with; raises `Retry` where the vault cannot be reached."""
        self.key.prepare()

    def seal(self, secret: SecretStr, binding: Binding) -> bytes:
        """Seal `secret` for the place that `binding` names."""
        return self.key.seal(secret, bytes(binding))

    def open(self, sealed: bytes, binding: Binding) -> SecretStr:
        """Open an envelope from the place that `binding` names; raises `SealBroken`."""
        try:
            return self.key.open(sealed, bytes(binding))
        except SealBroken as broken:
            place = f"{binding.purpose} of {binding.connection_id}"
            raise SealBroken(f"{place}: {broken.internal}") from None
