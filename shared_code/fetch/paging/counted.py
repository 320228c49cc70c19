"""Lists whose pages are counted: by number, by offset, or by a query's start position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared_code.fetch.paging.ends import End, short_page
from shared_code.fetch.paging.loops import fresh_page
from shared_code.fetch.paging.places import Place, Write
from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor
from shared_code.fetch.paging.since import OVERLAP, begin, finish, since_of


@dataclass(frozen=True, slots=True)
class Pages:
    """A pass by count. By itself it loses records of a list that changes: see `Agreeing`.

    `incremental` where the dialect can ask for what changed since.
    """

    write: Write
    size: int
    end: End = short_page
    incremental: bool = False
    overlap: timedelta = OVERLAP

    def ask(self, cursor: Cursor) -> Ask:
        """The page with the cursor's number."""
        return self.write(self._place(cursor))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Count on, until the provider's own sign of the end."""
        place = self._place(cursor)
        if self.end(answer, place):
            return finish(cursor, self.overlap)
        return {**cursor, "number": place.number + 1, "page": fresh_page(cursor, answer)}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """From the beginning of the earliest pass, or everything."""
        return begin(cursors, now) if self.incremental else START

    def _place(self, cursor: Cursor) -> Place:
        return Place(self.size, cursor.get("number", 0), since=since_of(cursor))
