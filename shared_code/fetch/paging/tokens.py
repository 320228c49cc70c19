"""Lists whose answers hold an opaque token for the next page, or for the next pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared_code.fetch.paging.ends import End, no_next
from shared_code.fetch.paging.loops import fresh_page
from shared_code.fetch.paging.places import Place, Write
from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor, Stuck
from shared_code.fetch.paging.since import OVERLAP, begin, finish, since_of


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pass by tokens that are good for this pass alone.

    What a token stands for is the provider's secret. Where it may be an offset, wrap the strategy
    in `Agreeing`.
    """

    write: Write
    size: int
    end: End = no_next
    incremental: bool = False
    overlap: timedelta = OVERLAP

    def ask(self, cursor: Cursor) -> Ask:
        """What the token stands for."""
        return self.write(self._place(cursor))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Move on to the answer's token."""
        if self.end(answer, self._place(cursor)):
            return finish(cursor, self.overlap)
        token = _moved(cursor, answer)
        return {**cursor, "token": token, "page": fresh_page(cursor, answer)}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """From the beginning of the earliest pass, or everything: the tokens are forgotten."""
        return begin(cursors, now) if self.incremental else START

    def _place(self, cursor: Cursor) -> Place:
        return Place(self.size, after=cursor.get("token"), since=since_of(cursor))


@dataclass(frozen=True, slots=True)
class SyncTokens:
    """A feed of changes whose last token is where the next pass begins.

    A row version serves as a token too: the page's parser gives its `greatest` as `next`.
    """

    write: Write
    size: int
    end: End = no_next

    def ask(self, cursor: Cursor) -> Ask:
        """What changed since the token."""
        return self.write(self._place(cursor))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Move on to the answer's token; an end without one keeps the last."""
        if self.end(answer, self._place(cursor)):
            return {"token": answer.next or cursor.get("token"), "done": True}
        return {"token": _moved(cursor, answer), "page": fresh_page(cursor, answer)}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """The token that all types share: tokens have no order, so that two differing say start."""
        del now
        tokens = {cursor.get("token") for cursor in cursors}
        token = tokens.pop() if len(tokens) == 1 else None
        return {"token": token} if token else START

    def _place(self, cursor: Cursor) -> Place:
        return Place(self.size, after=cursor.get("token"))


def greatest(records: Sequence[Mapping[str, Any]], number: str) -> str | None:
    """Give the greatest number of a page's records as its token; ValueError where one has none."""
    told = [each.get(number) for each in records]
    numbers = [each for each in told if isinstance(each, int)]
    if len(numbers) < len(told):
        raise ValueError(f"a record without a {number}")
    return str(max(numbers)) if numbers else None


def _moved(cursor: Cursor, answer: Answer) -> str:
    if not answer.next:
        raise Stuck("The provider promises more and does not say where")
    if answer.next == cursor.get("token"):
        raise Stuck("The provider's next page is the same page again")
    return answer.next
