"""Secrets in one encrypted local file."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Base64Bytes, BaseModel, SecretStr, ValidationError

from shared_code.errors import Abort
from shared_code.ports import files
from shared_code.ports.vault.port import Secret, SecretNotFound, checked_name, checked_value

_NONCE_BYTES = 12
_OTHERS = 0o077


class _Version(BaseModel):
    id: str
    sealed: Base64Bytes


class _Contents(BaseModel):
    """The file: per secret its versions, oldest first, each a nonce and the sealed value."""

    secrets: dict[str, list[_Version]] = {}


class VaultDamaged(Abort):
    """The vault file or its key cannot be trusted; restore both from one backup."""

    def __init__(self, reason: str) -> None:
        super().__init__("The platform's vault cannot be read.", reason)


class FileVault:
    """The `Vault` port on a JSON file, its values sealed with AES-GCM under the key file beside it.

    Both files have mode 0600. A value is bound to its name and version: nothing in the file can be
    put in another's place.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.absolute()
        self._key_file = self._file.with_suffix(".key")
        self._lock_file = self._file.with_suffix(".lock")

    def get(self, name: str, version: str | None = None) -> Secret:
        """Return one version of a secret; see `Vault.get`."""
        versions = self._read().secrets.get(checked_name(name), [])
        for found in reversed(versions):
            if version in {None, found.id}:
                return self._open(name, found)
        raise SecretNotFound(name, version)

    def set(self, name: str, value: SecretStr) -> Secret:
        """Store a new version; see `Vault.set`."""
        plain = checked_value(value)
        with self._locked():
            contents = self._read()
            sealed = self._seal(checked_name(name), plain)
            contents.secrets.setdefault(name, []).append(sealed)
            files.replace(self._file, contents.model_dump_json(indent=1).encode())
        return Secret(name, sealed.id, value)

    def versions(self, name: str) -> Sequence[str]:
        """Return the ids of all versions, oldest first; see `Vault.versions`."""
        return [version.id for version in self._read().secrets.get(checked_name(name), [])]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other writers out, threads or processes; the end of a process frees the lock."""
        files.make_folder(self._file.parent)
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, files.PRIVATE_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> _Contents:
        try:
            return _Contents.model_validate_json(_read_private(self._file))
        except FileNotFoundError:
            return _Contents()
        except ValidationError as error:
            raise VaultDamaged(f"{self._file} is no vault file: {error}") from error

    def _seal(self, name: str, plain: str) -> _Version:
        version, nonce = uuid.uuid4().hex, os.urandom(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, plain.encode(), _bound_to(name, version))
        return _Version.model_construct(id=version, sealed=nonce + sealed)

    def _open(self, name: str, version: _Version) -> Secret:
        nonce, sealed = version.sealed[:_NONCE_BYTES], version.sealed[_NONCE_BYTES:]
        try:
            plain = self._cipher().decrypt(nonce, sealed, _bound_to(name, version.id))
        except (InvalidTag, ValueError):
            raise VaultDamaged(
                f"{self._key_file} does not open {name!r} in {self._file}."
            ) from None
        return Secret(name, version.id, SecretStr(plain.decode()))

    def _cipher(self) -> AESGCM:
        """Return the cipher, with a new key where there is neither a key nor anything sealed."""
        if not self._key_file.exists():
            if self._file.exists():
                raise VaultDamaged(f"{self._file} is there, but its key {self._key_file} is not.")
            files.replace(self._key_file, AESGCM.generate_key(bit_length=256))
        try:
            return AESGCM(_read_private(self._key_file))
        except ValueError:
            raise VaultDamaged(f"{self._key_file} does not hold a key of 32 bytes.") from None


def _bound_to(name: str, version: str) -> bytes:
    return f"{name}/{version}".encode()


def _read_private(file: Path) -> bytes:
    """Return the file's bytes, unless others than its owner may touch it."""
    mode = file.stat().st_mode
    if mode & _OTHERS:
        raise VaultDamaged(f"{file} has mode {mode & 0o777:04o}; it must be 0600.")
    return file.read_bytes()
