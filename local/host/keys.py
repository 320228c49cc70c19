"""The keys of a host: made once, kept in its data folder, readable by its owner only."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """`master` opens everything, `default` the functions, `durable` the webhooks.

    `internal` is part of the paths of the endpoints for the worker alone.
    """

    master: str
    default: str
    durable: str
    internal: str

    @classmethod
    def load(cls, folder: Path) -> Keys:
        """Read the keys of a data folder, or make them."""
        file = folder / "keys.json"
        if not file.exists():
            keys = cls(*(secrets.token_urlsafe(32) for _ in range(4)))
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as out:
                json.dump(asdict(keys), out, indent=1)
            return keys
        return cls(**json.loads(file.read_text(encoding="ascii")))


def opens(given: str | None, keys: Iterable[str]) -> bool:
    """Whether a key is one of these, compared without giving away how far it fits."""
    return given is not None and any(
        hmac.compare_digest(given.encode(), key.encode()) for key in keys
    )
