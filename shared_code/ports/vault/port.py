"""The vault port: what every adapter promises, and what a secret may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from shared_code.errors import Abort

MAX_VALUE_BYTES = 25_000
"""UTF-8 bytes of a value, the limit of Key Vault."""

_NAME = re.compile(r"[0-9a-z-]{1,127}", re.ASCII)


class SecretNotFound(Abort):
    """The vault has no such secret, or not in this version."""

    def __init__(self, name: str, version: str | None = None) -> None:
        wanted = (
            f"secret {name!r}" if version is None else f"version {version!r} of secret {name!r}"
        )
        super().__init__("The platform lacks a secret.", f"The vault has no {wanted}.")


class InvalidSecret(Abort):
    """The name or the value is not one that Key Vault takes."""

    def __init__(self, reason: str) -> None:
        super().__init__("The platform cannot keep a secret.", reason)


@dataclass(frozen=True, slots=True)
class Secret:
    """One version of a secret; its repr does not show the value."""

    name: str
    version: str
    value: SecretStr


class Vault(Protocol):
    """Keeps named secrets; a new value makes a new version, and the old ones stay readable.

    Names are 1 to 127 lower-case letters, digits and dashes, since Key Vault ignores case; others
    raise `InvalidSecret`. Every method raises `Retry` where the vault cannot be reached or is busy,
    and `Abort` where it refuses. Safe for threads and processes.
    """

    def get(self, name: str, version: str | None = None) -> Secret:
        """Return one version, by default the newest; raises `SecretNotFound`."""
        ...

    def set(self, name: str, value: SecretStr) -> Secret:
        """Store `value` as the newest version, durable on return; the vault chooses its id.

        Raises `InvalidSecret` where the value is empty or has more than `MAX_VALUE_BYTES`.
        """
        ...

    def versions(self, name: str) -> Sequence[str]:
        """Return the ids of all versions, oldest first; none where the secret is unknown.

        Key Vault's clock has seconds: versions of one second come in any order.
        """
        ...


def checked_name(name: str) -> str:
    """Return the secret's name if Key Vault takes it; raises `InvalidSecret`."""
    if not _NAME.fullmatch(name):
        raise InvalidSecret(
            f"{name[:200]!r} is no secret name: allowed are 1 to 127 lower-case letters, digits "
            "and dashes."
        )
    return name


def checked_value(value: SecretStr) -> str:
    """Return the plain text if Key Vault takes it; raises `InvalidSecret`."""
    text = value.get_secret_value()
    size = len(text.encode())
    if not 0 < size <= MAX_VALUE_BYTES:
        raise InvalidSecret(f"A secret has 1 to {MAX_VALUE_BYTES} bytes, not {size}.")
    return text
