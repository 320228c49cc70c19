"""Sealed API keys: readable again for their client, worthless to a thief of the store."""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from shared_code.ports.vault import Secret, SecretNotFound, Vault

SECRET_NAME = "api-key-seal"  # noqa: S105 - its name, not its value
_NONCE_BYTES = 12


class KeySeal:
    """Seals with AES-GCM under a key of the vault, which is made when it is missing.

    The sealed bytes name the version of the vault's key, so that a new version can take over while
    what the old one sealed stays readable. Versions are read once.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._newest: Secret | None = None
        self._by_version: dict[str, AESGCM] = {}

    def seal(self, text: str, *, owner: str) -> bytes:
        """Seal `text` for `owner` alone: it opens under no other name."""
        secret = self._current()
        version, nonce = secret.version.encode(), os.urandom(_NONCE_BYTES)
        sealed = _cipher(secret).encrypt(nonce, text.encode(), owner.encode())
        return bytes([len(version)]) + version + nonce + sealed

    def open(self, sealed: bytes, *, owner: str) -> str:
        """Give back what was sealed; raises `InvalidTag` for another owner's or altered bytes."""
        start = 1 + sealed[0]
        cipher = self._version(sealed[1:start].decode())
        nonce, text = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        return cipher.decrypt(nonce, text, owner.encode()).decode()

    def _current(self) -> Secret:
        if self._newest is None:
            self._newest = self._get_or_make()
        return self._newest

    def _get_or_make(self) -> Secret:
        try:
            return self._vault.get(SECRET_NAME)
        except SecretNotFound:
            # Where two processes do this at once, there are two versions, and both stay readable.
            key = base64.b64encode(AESGCM.generate_key(bit_length=256)).decode()
            return self._vault.set(SECRET_NAME, SecretStr(key))

    def _version(self, version: str) -> AESGCM:
        if version not in self._by_version:
            self._by_version[version] = _cipher(self._vault.get(SECRET_NAME, version))
        return self._by_version[version]


def _cipher(secret: Secret) -> AESGCM:
    return AESGCM(base64.b64decode(secret.value.get_secret_value()))
