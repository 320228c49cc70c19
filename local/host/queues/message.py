"""A queue message as a function is given it: decoded body and trigger metadata."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from local.host.messages import Blob

Encoding = Literal["base64", "none"]


class UndecodableError(ValueError):
    """The body is not in the encoding that host.json demands."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the trigger metadata tell of a message."""

    id: str
    dequeues: int
    inserted: datetime
    expires: datetime
    visible: datetime
    receipt: str

    def metadata(self) -> dict[str, str]:
        """Write the metadata as the worker expects them."""
        return {
            "Id": self.id,
            "DequeueCount": str(self.dequeues),
            "InsertionTime": self.inserted.isoformat(),
            "ExpirationTime": self.expires.isoformat(),
            "NextVisibleTime": self.visible.isoformat(),
            "PopReceipt": self.receipt,
        }


def decoded(body: str, encoding: Encoding) -> str | Blob:
    """Decode a message; text where it is UTF-8, else bytes.

    Raises:
        UndecodableError: it is not base64.
    """
    if encoding == "none":
        return body
    try:
        raw = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UndecodableError(str(error)) from error
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return Blob(raw)


def encoded(value: str | Blob, encoding: Encoding) -> str:
    """Encode a message to be sent."""
    raw = value.encode() if isinstance(value, str) else value.content
    return base64.b64encode(raw).decode() if encoding == "base64" else raw.decode()
