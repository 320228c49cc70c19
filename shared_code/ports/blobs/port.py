"""The blob port: what every adapter promises, and which paths there may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from shared_code.errors import Abort
from shared_code.ports.blobs.links import Ticket

MAX_PATH = 1_000
"""Characters of a path; Azure takes 1,024."""

MAX_SEGMENT = 200
"""Characters between two slashes; file systems take 255 bytes."""

_SEGMENT = re.compile(r"[A-Za-z0-9_=-](?:[A-Za-z0-9._=-]*[A-Za-z0-9_=-])?", re.ASCII)
_ALLOWED = (
    "allowed are segments of letters, digits and '.', '_', '=', '-' that neither begin nor end "
    f"with a dot, at most {MAX_SEGMENT} characters each, joined by single slashes, "
    f"at most {MAX_PATH} in all"
)


class BlobNotFound(Abort):
    """No blob has this path: it was never written, or it was deleted."""

    def __init__(self, path: str) -> None:
        super().__init__("A stored file is missing.", f"There is no blob {path!r}.")


class BlobConflict(Abort):
    """The path holds other bytes already; blobs never change."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "A stored file cannot be changed.", f"The blob {path!r} exists with other bytes."
        )


class InvalidPath(Abort):
    """The path or prefix is not one that all adapters can keep."""

    def __init__(self, path: str, reason: str = _ALLOWED) -> None:
        super().__init__(
            "A file has an invalid name.", f"{path[:100]!r} is no blob path: {reason}."
        )


class Blobs(Protocol):
    """Keeps immutable bytes under paths such as `raw/co/cn/000001.json.zst`.

    Every method raises `InvalidPath` for a path outside the rules, `Retry` where the storage cannot
    be reached or is busy, and `Abort` where it refuses. A path is never also the folder of another.
    Safe for threads and processes.
    """

    def put(self, path: str, data: bytes, *, content_type: str) -> None:
        """Store `data`, durable on return; the same bytes again are fine.

        Raises `BlobConflict`, changing nothing, where the path holds other bytes: of concurrent
        writers one wins.
        """
        ...

    def get(self, path: str) -> bytes:
        """Return the whole blob; raises `BlobNotFound`."""
        ...

    def exists(self, path: str) -> bool:
        """Tell whether `get` would find the blob."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the paths that begin with the string `prefix`, in code point order.

        The empty prefix yields all. Blobs written or deleted meanwhile may or may not appear.
        """
        ...

    def delete(self, path: str) -> None:
        """Remove the blob; one that is not there is fine."""
        ...

    def delete_prefix(self, prefix: str, *, most: int | None = None) -> int:
        """Remove the blobs below `prefix` and return how many those were.

        With `most`, it ends after so many, or a few hundred more: call again until it gives 0. The
        prefix ends in a slash, so that `co-1/` never takes `co-10` along; any other raises
        `InvalidPath`.
        """
        ...

    def link(self, path: str, *, until: datetime) -> str:
        """Return a URL at which anybody can read the blob, and no other, until a moment.

        The moment lies within the next hour. Where the platform itself serves the blob, the URL is
        relative to the platform's own address, and `redeem` gives the bytes.
        """
        ...

    def redeem(self, path: str, ticket: Ticket, *, now: datetime) -> bytes:
        """Return the blob that a relative link stands for.

        Raises `LinkRefused` for links that were not made here, were changed or have expired, and
        `BlobNotFound`.
        """
        ...


def checked_path(path: str) -> str:
    """Return `path` if every adapter can keep it; raises `InvalidPath`."""
    if len(path) > MAX_PATH or not all(map(_is_segment, path.split("/"))):
        raise InvalidPath(path)
    return path


def checked_prefix(prefix: str) -> str:
    """Return `prefix` if a path could begin with it; its last segment may be unfinished."""
    *folders, rest = prefix.split("/")
    # What is unfinished may end in the dot that a whole segment may not end in.
    fits = not rest or _is_segment(rest.rstrip("."))
    if len(prefix) > MAX_PATH or not fits or not all(map(_is_segment, folders)):
        raise InvalidPath(prefix)
    return prefix


def checked_folder(prefix: str) -> str:
    """Return `prefix` if it names whole segments and ends in a slash; raises `InvalidPath`."""
    if not prefix.endswith("/"):
        raise InvalidPath(prefix, "a prefix to delete ends in a slash")
    return checked_prefix(prefix)


def _is_segment(text: str) -> bool:
    return len(text) <= MAX_SEGMENT and _SEGMENT.fullmatch(text) is not None
