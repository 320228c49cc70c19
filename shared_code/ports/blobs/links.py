"""Links to blobs that the platform serves itself: signed, and good until a moment."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from shared_code.errors import Reject

ROUTE = "downloads"
"""The first segment of such links; the blob's path follows."""


class LinkRefused(Reject):
    """The link was not made here, was changed, or has expired."""

    status = 403

    def __init__(self) -> None:
        super().__init__("The link is not valid or has expired. Read the export again for new ones")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link carries beside the path: until when it is good (seconds since 1970), signed."""

    expires: int
    signature: str


def make_link(key: bytes, path: str, until: datetime) -> str:
    """Return the link to a path, relative to the platform's own address."""
    expires = int(until.timestamp())
    query = urlencode({"expires": expires, "signature": _signature(key, path, expires)})
    return f"{ROUTE}/{path}?{query}"


def check_ticket(key: bytes, path: str, ticket: Ticket, now: datetime) -> None:
    """Raise `LinkRefused` unless the ticket is for this path, signed with the key, and still good.

    The comparison takes the same time however much of the signature is right.
    """
    expected = _signature(key, path, ticket.expires)
    signed = hmac.compare_digest(expected.encode(), ticket.signature.encode())
    if not signed or now.timestamp() >= ticket.expires:
        raise LinkRefused


def _signature(key: bytes, path: str, expires: int) -> str:
    return hmac.new(key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
