"""Seal secrets for the store: AES-GCM under a versioned data key of a vault.

An envelope is one byte of format, the key's version (length and text), the nonce and the
ciphertext. What a secret is for is bound in: an envelope put into another place does not open.
"""

from __future__ import annotations

import base64
import os
from threading import Lock
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from shared_code.errors import Abort
from shared_code.ports.vault import Secret, SecretNotFound, Vault

_FORMAT = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealBroken(Abort):
    """An envelope was changed, cut, or put in another's place; or its key is not the one."""

    def __init__(self, reason: str) -> None:
        super().__init__("A stored secret cannot be opened.", reason)


class _Envelope(NamedTuple):
    header: bytes
    key_version: str
    nonce: bytes
    ciphertext: bytes


class DataKey:
    """The vault's secret `name` as a key: seals under its newest version, opens under any.

    The key is read from the vault once, and made there on first use; safe for threads. Where two
    processes make it at once, there are two versions, and both stay readable. Raises `Retry` where
    the vault cannot be reached.
    """

    def __init__(self, vault: Vault, name: str) -> None:
        self._vault = vault
        self._name = name
        self._ciphers: dict[str, AESGCM] = {}
        self._current = ""
        self._lock = Lock()

    def prepare(self) -> None:
        """Read the key to seal with: from then on sealing asks nothing of the vault."""
        self._current_version()

    def seal(self, secret: SecretStr, place: bytes) -> bytes:
        """Seal `secret` for `place` alone."""
        version = self._current_version()
        header = bytes([_FORMAT, len(version)]) + version.encode()
        nonce = os.urandom(_NONCE_BYTES)
        plain = secret.get_secret_value().encode()
        return header + nonce + self._cipher(version).encrypt(nonce, plain, header + place)

    def open(self, sealed: bytes, place: bytes) -> SecretStr:
        """Open an envelope of `place`; raises `SealBroken`, which does not say what was in it."""
        envelope = _parsed(sealed)
        try:
            cipher = self._cipher(envelope.key_version)
            plain = cipher.decrypt(envelope.nonce, envelope.ciphertext, envelope.header + place)
        except (InvalidTag, SecretNotFound):
            raise SealBroken(f"sealed under {self._name} for another place, or changed") from None
        return SecretStr(plain.decode())

    def is_current(self, sealed: bytes) -> bool:
        """Whether an envelope is under the version that this process seals with."""
        return _parsed(sealed).key_version == self._current_version()

    def rotate(self) -> None:
        """Make a new version; what is under older ones stays readable, and moves when touched."""
        with self._lock:
            self._current = self._remember(self._new_key())

    def _current_version(self) -> str:
        with self._lock:
            if not self._current:
                self._current = self._remember(self._newest_key())
            return self._current

    def _newest_key(self) -> Secret:
        try:
            return self._vault.get(self._name)
        except SecretNotFound:
            return self._new_key()

    def _new_key(self) -> Secret:
        key = base64.b64encode(AESGCM.generate_key(bit_length=8 * _KEY_BYTES)).decode()
        return self._vault.set(self._name, SecretStr(key))

    def _cipher(self, version: str) -> AESGCM:
        if version not in self._ciphers:
            self._remember(self._vault.get(self._name, version))
        return self._ciphers[version]

    def _remember(self, key: Secret) -> str:
        try:
            self._ciphers[key.version] = AESGCM(
                base64.b64decode(key.value.get_secret_value(), validate=True)
            )
        except ValueError:
            raise Abort(
                "The platform's keys are not in order.", f"{self._name} is no data key"
            ) from None
        return key.version


def _parsed(sealed: bytes) -> _Envelope:
    if len(sealed) < 2 or sealed[0] != _FORMAT:
        raise SealBroken("not an envelope of this format")
    start = 2 + sealed[1]
    header, nonce = sealed[:start], sealed[start : start + _NONCE_BYTES]
    version = header[2:].decode("ascii", "replace")
    # The vault takes a version by name; whatever else stands there was not put by us.
    if not version.isalnum() or len(nonce) < _NONCE_BYTES:
        raise SealBroken("the envelope was cut or changed")
    return _Envelope(header, version, nonce, sealed[start + _NONCE_BYTES :])
