"""Lists sorted by their last change, and feeds of changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from shared_code.errors import Abort
from shared_code.fetch.paging.loops import page_digest
from shared_code.fetch.paging.places import Fields, Place, Since, Write, second_of
from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor, Key, Stuck
from shared_code.fetch.paging.since import OVERLAP, begin, finish, since_of

_BY_HEADER = Fields({}, number="page", size="pageSize", since=Since("If-Modified-Since", "header"))


@dataclass(frozen=True, slots=True)
class ModifiedSince:
    """A pass by key over a list sorted by its last change, oldest first.

    Page numbers over a list that changes lose records for good: an edit moves a record to the end,
    and all behind it one place up, over the page's border. So each request asks for the first page
    of what changed since the last record seen. Only when one second holds a whole page are pages
    counted within that second, and then the second is read until two readings agree: a record that
    was edited away between them shows as a difference, so that agreement means nothing was skipped.
    What comes after the second is asked for by key again: of that, counting may have skipped some.

    Seconds are whole and each includes its own; records seen twice are recognised by content.
    """

    params: Mapping[str, str]
    page_size: int
    write: Write = _BY_HEADER
    """How page and second are asked for; the second must be included."""

    def ask(self, cursor: Cursor) -> Ask:
        """The cursor's page of what changed since its second."""
        page, since = cursor.get("page", 1), since_of(cursor)
        asked = self.write(Place(self.page_size, page - 1, since=since))
        return replace(asked, params={**self.params, **asked.params})

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Move on by key; within a crowded second by page, until two readings of it agree."""
        keys = answer.keys
        seconds = _seconds(keys)
        since, page = cursor.get("since"), cursor.get("page", 1)
        full = len(keys) >= self.page_size
        newest = second_of(seconds[-1]) if seconds else cursor.get("passed", since)
        crowded = full and newest == since
        digest = _digest(cursor.get("digest", ""), keys, seconds, since_of(cursor))
        if crowded:
            shown = page_digest(answer)
            if shown == cursor.get("shown"):
                raise Stuck("The provider gave the same page twice in a row")
            return {**cursor, "page": page + 1, "digest": digest, "shown": shown}
        if page > 1 and digest != cursor.get("agreed"):
            return {"since": since, "agreed": digest}
        if page > 1:
            return _behind(since_of(cursor))
        return {"since": newest} if full else {"since": newest, "done": True}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """The oldest second; a type never read before needs everything."""
        del now
        seconds = [cursor.get("since") for cursor in cursors]
        oldest = None if None in seconds or not seconds else min(s for s in seconds if s)
        return {"since": oldest} if oldest else START


@dataclass(frozen=True, slots=True)
class ChangeCapture:
    """A feed of what changed since a moment, in one answer of at most `most` rows.

    Such a feed knows nothing older than `reach`, and is no list: it begins with the first pass, for
    what happens after it. A full answer is gone on from its last change, if it is sorted. Beside it
    goes a sweep of ids, once within `reach`, since a longer pause loses what was in between.
    """

    write: Write
    most: int
    reach: timedelta
    overlap: timedelta = OVERLAP

    def ask(self, cursor: Cursor) -> Ask:
        """What changed since."""
        return self.write(Place(self.most, since=since_of(cursor)))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """One answer is the pass, unless it is full."""
        if answer.count < self.most:
            return finish(cursor, self.overlap)
        seconds = _seconds(answer.keys)
        newest = second_of(seconds[-1]) if seconds else None
        if newest is None or newest == cursor.get("since"):
            raise Stuck("More changed at once than the provider can show")
        return {**cursor, "since": newest}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """From the beginning of the earliest pass, as far as the feed reaches back."""
        begun = begin(cursors, now)
        since = since_of(begun) or now - self.overlap
        return {**begun, "since": max(since, now - self.reach).isoformat()}


def _behind(second: datetime | None) -> Cursor:
    """Go on after a second that was read; where nothing comes, the next pass begins with it."""
    if second is None:
        raise AssertionError("pages are counted within a second")
    return {"since": second_of(second + timedelta(seconds=1)), "passed": second_of(second)}


def _seconds(keys: Sequence[Key]) -> list[datetime]:
    """The second of each record's last change; refuses an order that is none."""
    seconds = []
    for key in keys:
        if key.modified is None:
            raise Abort("The provider gave a record without its last change", key.id)
        seconds.append(key.modified.replace(microsecond=0))
    if any(earlier > later for earlier, later in pairwise(seconds)):
        raise Abort(
            "The provider gave records out of their order", "sorted by last change expected"
        )
    return seconds


def _digest(
    before: str, keys: Sequence[Key], seconds: Sequence[datetime], since: datetime | None
) -> str:
    """A digest of the set of ids within the second `since`, whatever the order they came in."""
    total = int(before or "0", 16)
    for key, second in zip(keys, seconds, strict=True):
        if second == since:
            total ^= int.from_bytes(hashlib.sha256(key.id.encode()).digest()[:16])
    return f"{total:032x}"
