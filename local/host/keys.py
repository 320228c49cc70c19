"""The keys of a host: made once, kept in its data folder, readable by its owner only."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
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
            write_private(file, asdict(keys))
            return keys
        return cls(**json.loads(file.read_text(encoding="ascii")))


def write_private(file: Path, value: Mapping[str, object]) -> None:
    """Write a JSON file that only its owner can read."""
    fresh = file.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        json.dump(value, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def opens(given: str | None, keys: Iterable[str]) -> bool:
    """Whether a key is one of these, compared without giving away how far it fits."""
    return given is not None and any(
        hmac.compare_digest(given.encode(), key.encode()) for key in keys
    )
