"""The queue port: what every adapter promises, and what may be sent."""

from __future__ import annotations

import re
from typing import Protocol

from shared_code.errors import Abort

MAX_TEXT_BYTES = 48 * 1024
"""UTF-8 bytes of a message: in base64 they fill the 64 KiB that a storage queue takes."""

_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


class InvalidMessage(Abort):
    """The queue's name or the text is not one that a storage queue takes."""

    def __init__(self, reason: str) -> None:
        super().__init__("An internal message cannot be sent.", reason)


class Queue(Protocol):
    """Sends texts to named queues; whoever reads them must bear duplicates and any order."""

    def send(self, queue: str, text: str) -> None:
        """Append `text` to the queue named `queue`, created if missing; stored on return.

        Raises `InvalidMessage` for a name that is not 3 to 63 lower-case letters, digits and single
        inner dashes, or a text over `MAX_TEXT_BYTES`; `Retry` where the service cannot be reached
        or is busy; `Abort` where it refuses.
        """
        ...


def checked_name(queue: str) -> str:
    """Return the queue's name if Azure takes it; raises `InvalidMessage`."""
    if not _NAME.fullmatch(queue):
        raise InvalidMessage(
            f"{queue[:100]!r} is no queue name: allowed are 3 to 63 lower-case letters, digits "
            "and single inner dashes."
        )
    return queue


def checked_text(text: str) -> str:
    """Return `text` if it fits into one message; raises `InvalidMessage`."""
    size = len(text.encode())
    if size > MAX_TEXT_BYTES:
        raise InvalidMessage(
            f"The message has {size} bytes and at most {MAX_TEXT_BYTES} fit: "
            "keep the data elsewhere and send its key."
        )
    return text
