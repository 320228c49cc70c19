"""How many records a pass has listed, each once, beside how many the provider counts.

Some answers say how many records their request has. A list that is counted whole each time shows by
these counts how far it changed meanwhile: what was listed must lie between the smallest and the
largest. One that counts what is left shows additions only: a record that is missing from what is
left was deleted, or withheld, and nobody can tell. So it must list what it counted at first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from shared_code.fetch.paging.agreeing import Agreeing
from shared_code.fetch.paging.changes import ChangeCapture, ModifiedSince
from shared_code.fetch.paging.keyset import AfterId
from shared_code.fetch.paging.protocol import START, Answer, Cursor, Paging
from shared_code.fetch.paging.since import since_of
from shared_code.fetch.paging.tokens import SyncTokens
from shared_code.fetch.paging.windows import Windows


@dataclass(frozen=True, slots=True)
class Count:
    """A pass so far, or its reading that is under way where it is read more than once.

    Args:
        waiting: Rows of a crowded second, which count once the second was read to its end.
        least, most: The provider's counts; None where it does not count.
        earlier, gap: What earlier windows listed, and what they lacked.
    """

    listed: int = 0
    waiting: int = 0
    answers: int = 0
    least: int | None = None
    most: int | None = None
    earlier: int = 0
    gap: int = 0

    @property
    def total(self) -> int:
        """Records that were listed."""
        return self.earlier + self.listed

    @property
    def missing(self) -> int:
        """How many the provider counts and does not list; below nought where it lists more."""
        if self.least is None or self.most is None:
            return self.gap
        return self.gap + max(self.least - self.listed, 0) - max(self.listed - self.most, 0)

    def to_json(self) -> dict[str, Any]:
        """Give the JSON object that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        return cls(**value)


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer, and the cursors before and after it."""

    paging: Paging
    before: Cursor
    answer: Answer
    after: Cursor


def count_on(count: Count, turn: Turn) -> Count:
    """Count an answer in; a reading that begins again is counted from nought."""
    count = replace(count, answers=count.answers + 1)
    return _counted(count, turn)


def _counted(count: Count, turn: Turn) -> Count:
    match turn.paging:
        case Agreeing(inner=inner):
            return Count() if _reads_again(turn) else _counted(count, _within(turn, inner))
        case Windows(inner=inner):
            counted = _counted(count, _within(turn, inner))
            return _closed(counted) if _next_window(turn) else counted
        case ModifiedSince():
            return _by_second(_hear_what_is_left(count, turn), turn)
        case SyncTokens() | ChangeCapture():
            # Whatever a feed counts, it is not what this pass is going to list.
            return _list(count, turn)
        case AfterId():
            return _list(_hear_what_is_left(count, turn), turn)
        case _:
            return _list(_hear_the_whole(count, turn), turn)


def _within(turn: Turn, inner: Paging) -> Turn:
    """The same answer, as the strategy inside saw it; the end of the whole is its end."""
    before, after = turn.before.get("inner", START), turn.after.get("inner", START)
    ends = turn.after.get("done") or _next_window(turn)
    return Turn(inner, before, turn.answer, {"done": True} if ends else after)


def _reads_again(turn: Turn) -> bool:
    again = turn.after.get("reading", 1) != turn.before.get("reading", 1)
    return again and not turn.after.get("done")


def _next_window(turn: Turn) -> bool:
    return "from" in turn.after and turn.after["from"] != turn.before.get("from")


def _closed(count: Count) -> Count:
    return Count(answers=count.answers, earlier=count.total, gap=count.missing)


def _hear_the_whole(count: Count, turn: Turn) -> Count:
    said = turn.answer.total
    if said is None:
        return count
    least = said if count.least is None else min(count.least, said)
    return replace(count, least=least, most=max(count.most or 0, said))


def _hear_what_is_left(count: Count, turn: Turn) -> Count:
    if turn.answer.total is None:
        return count
    said = count.listed + turn.answer.total
    least = said if count.least is None else count.least
    return replace(count, least=least, most=max(count.most or 0, said))


def _list(count: Count, turn: Turn) -> Count:
    return replace(count, listed=count.listed + turn.answer.count)


def _by_second(count: Count, turn: Turn) -> Count:
    """Leave out what the next request will list again: all from the second that it begins with."""
    rows, since = turn.answer.count, turn.after.get("since")
    if turn.after.get("done"):
        return replace(count, listed=count.listed + count.waiting + rows, waiting=0)
    if turn.after.get("page", 1) > 1:
        return replace(count, waiting=count.waiting + rows)
    if since == turn.before.get("since"):
        return replace(count, waiting=0)
    moments = [key.modified for key in turn.answer.keys if key.modified is not None]
    begins = since_of(turn.after)
    listed_again = 0 if begins is None else sum(m >= begins for m in moments)
    passed = len(moments) - listed_again
    return replace(count, listed=count.listed + count.waiting + passed, waiting=0)
