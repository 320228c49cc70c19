"""Calls that one caller reserved together, to make them one after another.

Under a limit each call is two transactions: it begins, and it has ended. A sync that finds nothing
new makes a call a list and hardly anything else, so it opens some calls at a time. Until they are
closed all of them count, made or not: the limit is kept all the same, and what was not made is free
again as soon as they are.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared_code.budget.meters import Meter
from shared_code.limits import Answered, Limit, Spent

MOST = 25
"""Calls that are opened together at most: a caller that dies takes them with it, for as long as the
lease of a call and the limit's own time."""

AGE = 10_000
"""Milliseconds after which no further call of them is made, so that the last one ends within the
lease. They count as made when they are closed."""

_COUNT = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Call:
    """A call: all limits of the rows that it concerns, and the names of those that count it."""

    rows: Mapping[str, Sequence[Limit]]
    names: frozenset[str]

    @property
    def limits(self) -> Iterator[Limit]:
        """Those that count it."""
        return (each for row in self.rows.values() for each in row if each.name in self.names)


@dataclass(slots=True)
class Lot:
    """Calls that were opened together, and what those came to that were made so far."""

    call: Call
    """What each of them is."""
    calls: int
    taken: Mapping[str, int]
    """By limit, what `Meter.take` gave."""
    free: Mapping[str, int]
    """By limit, what was free before."""
    opened: int
    made: int = 0
    costs: Counter[str] = field(default_factory=Counter)
    """By limit."""
    lefts: dict[str, int] = field(default_factory=dict)
    """What was left of limits with the last answer, by the provider's own word."""
    last: Answered | None = None
    """What the last of them was answered, if it was."""

    @property
    def unmade(self) -> int:
        """How many have not been made."""
        return self.calls - self.made

    def has_more(self, now: int) -> bool:
        """Whether another call may be made."""
        return self.unmade > 0 and 0 <= now - self.opened < AGE

    def is_contradicted(self) -> bool:
        """Whether the provider counts more than was known when they were opened."""
        declared = {limit.name: self.made * limit.cost for limit in self.call.limits}
        return any(
            self.costs[name] > declared[name]
            or self.lefts.get(name, sys.maxsize) < self.free[name] - self.costs[name]
            for name in declared
        )

    def add(self, answered: Answered | None) -> None:
        """Note that a call has ended; without an answer it cost what was reserved."""
        self.made, self.last, self.lefts = self.made + 1, answered, {}
        for limit in self.call.limits:
            spent = limit.spent_by(answered) if answered else None
            self.costs[limit.name] += limit.cost if spent is None else spent.cost
            if left := _lefts(limit, answered, spent):
                self.lefts[limit.name] = min(left)


@dataclass(slots=True)
class Hand:
    """Keeps the lot of a caller between two of its calls."""

    lot: Lot | None = None


def worth_opening(meters: Sequence[Meter], now: int) -> int:
    """How many calls to open together: one where others wait, or where little is left."""
    if any(meter.queued_until > now for meter in meters):
        return 1
    return max(1, min(MOST, *(meter.spare(now) for meter in meters)))


def _lefts(limit: Limit, answered: Answered | None, spent: Spent | None) -> Sequence[int]:
    """What an answer says is left of a limit, in a header or beside what the call cost."""
    if answered is None or limit.of_first_syncs:
        return []
    header = answered.headers.get(limit.remaining) if limit.remaining else None
    said = (_number(header), spent.left if spent else None)
    return [left for left in said if left is not None]


def _number(text: str | None) -> int | None:
    """A header's number; None for what is none, below zero, or longer than any count."""
    return int(text) if text and _COUNT.fullmatch(text) else None
