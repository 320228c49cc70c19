"""A queue message as a function is given it: decoded body and trigger metadata."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from local.host.messages import Blob

Encoding = Literal["base64", "none"]
LARGEST_MESSAGE = 64 * 1024  # bytes of an encoded message, as on Azure


class UndecodableError(ValueError):
    """The body is not in the encoding that host.json demands."""


class MessageSizeError(ValueError):
    """A message is too large for a queue."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the trigger metadata tell of a message."""

    id: str
    dequeues: int
    inserted: datetime
    expires: datetime
    visible: datetime
    receipt: str

    def metadata(self, body: str | Blob) -> dict[str, str]:
        """Write the metadata as the worker expects them.

        As on the real host, the properties of a JSON body win over what is named like them: the
        message `{"id": 5}` has the id "5".
        """
        told = {
            "Id": self.id,
            "DequeueCount": str(self.dequeues),
            "InsertionTime": self.inserted.isoformat(),
            "ExpirationTime": self.expires.isoformat(),
            "NextVisibleTime": self.visible.isoformat(),
            "PopReceipt": self.receipt,
        }
        for name, value in _properties(body).items():
            known = next((key for key in told if key.lower() == name.lower()), None)
            if known is not None and value is not None and not isinstance(value, list):
                told[known] = value if isinstance(value, str) else json.dumps(value)
        return told


def _properties(body: str | Blob) -> dict[str, object]:
    if isinstance(body, Blob) or not body.strip().startswith("{"):
        return {}
    try:
        parsed: dict[str, object] = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed


def check_size(body: str) -> None:
    """See that an encoded message is not too large.

    Raises:
        MessageSizeError: it is; the text gives both sizes.
    """
    size = len(body.encode())
    if size > LARGEST_MESSAGE:
        raise MessageSizeError(
            f"A queue message is at most {LARGEST_MESSAGE} bytes, base64 included; this has {size}."
        )


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
