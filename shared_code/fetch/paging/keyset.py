"""Lists that can be asked for what comes after an id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared_code.fetch.paging.ends import End, short_page
from shared_code.fetch.paging.places import Place, Write
from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor, Stuck
from shared_code.fetch.paging.since import OVERLAP, begin, finish, since_of


@dataclass(frozen=True, slots=True)
class AfterId:
    """A pass by key over a list sorted by an id that never changes, in either direction.

    Whatever is edited, added or deleted, a record keeps its place, so that nothing slips past.
    """

    write: Write
    size: int
    end: End = short_page
    incremental: bool = False
    overlap: timedelta = OVERLAP

    def ask(self, cursor: Cursor) -> Ask:
        """What comes after the last id."""
        return self.write(self._place(cursor))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Move on to the page's last id."""
        if self.end(answer, self._place(cursor)):
            return finish(cursor, self.overlap)
        if not answer.keys:
            raise Stuck("The provider promises more after a page without records")
        last = answer.keys[-1].id
        if last == cursor.get("after"):
            raise Stuck("The provider does not list what comes after an id", last)
        return {**cursor, "after": last}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """From the beginning of the earliest pass, or everything."""
        return begin(cursors, now) if self.incremental else START

    def _place(self, cursor: Cursor) -> Place:
        return Place(self.size, after=cursor.get("after"), since=since_of(cursor))
