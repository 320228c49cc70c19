"""How a resource is read to its end: what to ask next, and what a page means for the cursor.

A strategy is pure. It turns a cursor into a request and a page into the next cursor; cursors are
small JSON objects, saved with the page that moved them. A cursor with `done` true ends a pass and
starts the next, incremental one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Protocol

from shared_code.errors import Abort

Cursor = Mapping[str, Any]
"""A JSON object that only its strategy reads."""

START: Cursor = {}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to a provider, relative to the resource: query parameters and extra headers."""

    params: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Key:
    """What places a record in a pass: its id and when the provider last changed it."""

    id: str
    modified: datetime | None = None


class Paging(Protocol):
    """Two verbs: what to ask, and where that leaves us."""

    def ask(self, cursor: Cursor) -> Ask:
        """The request for the cursor's next page."""
        ...

    def advance(self, cursor: Cursor, keys: Sequence[Key]) -> Cursor:
        """The cursor after a page with these records, in the provider's order."""
        ...

    def merge(self, cursors: Sequence[Cursor]) -> Cursor:
        """The earliest of several types' durable cursors: where a pass for all of them starts."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A resource that the provider gives in one answer."""

    params: Mapping[str, str]

    def ask(self, cursor: Cursor) -> Ask:
        """Everything."""
        del cursor
        return Ask(self.params, {})

    def advance(self, cursor: Cursor, keys: Sequence[Key]) -> Cursor:
        """One page is the pass."""
        del cursor, keys
        return {"done": True}

    def merge(self, cursors: Sequence[Cursor]) -> Cursor:
        """Nothing is remembered from one pass to the next."""
        del cursors
        return START


@dataclass(frozen=True, slots=True)
class ModifiedSince:
    """A pass by key over a list sorted by its last change, as `If-Modified-Since` allows it.

    Page numbers over a list that changes lose records for good: an edit moves a record to the end,
    and all behind it one place up, over the page's border. So each request asks for the first page
    of what changed since the last record seen. Only when one second holds a whole page are pages
    counted within that second, and then the second is read until two readings agree: a record that
    was edited away between them shows as a difference, so that agreement means nothing was skipped.

    The header has whole seconds and includes its own; records seen twice are recognised by content.
    """

    params: Mapping[str, str]
    page_size: int

    def ask(self, cursor: Cursor) -> Ask:
        """The cursor's page of what changed since its second."""
        since = cursor.get("since")
        return Ask(
            {**self.params, "page": str(cursor.get("page", 1)), "pageSize": str(self.page_size)},
            {"If-Modified-Since": since} if since else {},
        )

    def advance(self, cursor: Cursor, keys: Sequence[Key]) -> Cursor:
        """Move on by key; within a crowded second by page, until two readings of it agree."""
        seconds = _seconds(keys)
        since, page = cursor.get("since"), cursor.get("page", 1)
        full = len(keys) >= self.page_size
        newest = seconds[-1] if seconds else since
        crowded = full and newest == since
        digest = _digest(cursor.get("digest", ""), keys, seconds, since)
        if crowded:
            return {**cursor, "page": page + 1, "digest": digest}
        if page > 1 and digest != cursor.get("agreed"):
            return {"since": since, "agreed": digest}
        return {"since": newest} if full else {"since": newest, "done": True}

    def merge(self, cursors: Sequence[Cursor]) -> Cursor:
        """The oldest second; a type never read before needs everything."""
        seconds = [cursor.get("since") for cursor in cursors]
        oldest = None if None in seconds or not seconds else min(s for s in seconds if s)
        return {"since": oldest} if oldest else START


def _seconds(keys: Sequence[Key]) -> list[str]:
    """Each record's last change as the header writes it; refuses an order that is none."""
    seconds = []
    for key in keys:
        if key.modified is None:
            raise Abort("The provider gave a record without its last change", key.id)
        seconds.append(key.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if any(earlier > later for earlier, later in pairwise(seconds)):
        raise Abort(
            "The provider gave records out of their order", "sorted by last change expected"
        )
    return seconds


def _digest(before: str, keys: Sequence[Key], seconds: Sequence[str], since: str | None) -> str:
    """A digest of the set of ids within the second `since`, whatever the order they came in."""
    total = int(before or "0", 16)
    for key, second in zip(keys, seconds, strict=True):
        if second == since:
            total ^= int.from_bytes(hashlib.sha256(key.id.encode()).digest()[:16])
    return f"{total:032x}"
