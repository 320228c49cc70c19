"""The arithmetic of limits: what a meter has counted, what is free, and when more will be.

A call reaches the provider at some moment between our reservation and the end of its answer. So it
counts as *open* from the first to the second, and as *done* from the second on: whatever the
latency, no real window ever holds more than the limit. What is done is kept by the end of its slice
of time, so that it is let go of a little late and never early. A call that was never settled (its
process died) counts as if it had ended when its `LEASE` did.

Times are whole milliseconds since 1970.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from shared_code.limits import SHARED_FROM, Limit

LEASE = 120_000
"""Milliseconds after which a call that was not settled has surely ended: twice its deadline."""

SLICES = 80
"""Slices of a window: with the allowance for clocks, a call is let go of at most a sixtieth of the
window late."""

CLOCKS = 250
"""Milliseconds by which the clocks of two hosts may differ, in windows of a minute or more."""

_SHORTEST_SLICE, _LEASE_SLICE = 5, 1_000
_POLL = 500
"""How often a call that waits for others to end is worth another look."""

_SHARERS, _LASTING_SHARERS = 2, 100
"""Among how many callers what is free is shared where one opens calls ahead, and all of a limit of
a day or longer: others are told that what is open will be used, and wait that long."""

_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 5_000, 3_600_000

State = Mapping[str, Any]


class Meter:
    """What was counted of one limit; the subclasses differ in how long a call counts."""

    slice_ms = _LEASE_SLICE
    life = 0
    """How long what is done counts after the end of its slice."""

    def __init__(self, limit: Limit, state: State) -> None:
        self.limit = limit
        self.done = {int(end): int(cost) for end, cost in state.get("done", {}).items()}
        self.open = {int(end): int(cost) for end, cost in state.get("open", {}).items()}
        self.closed_until = int(state.get("closed", 0))
        self.refusals = int(state.get("refusals", 0))
        self.queued_until = int(state.get("queued", 0))
        """Until when somebody may wait for a turn."""
        self.tickets = int(state.get("tickets", 0))
        """How many have been drawn since nobody waited."""

    def free(self, now: int) -> int:
        """What may still be taken; below zero where the provider took more than it told."""
        if now < self.closed_until:
            return 0
        return self.limit.amount - sum(cost for _, cost in self._counted(now))

    def free_at(self, now: int, units: int) -> int:
        """The moment at which `units` will be free, as far as is known: `now` if they are.

        More than the whole limit takes as many windows.
        """
        rounds, rest = divmod(units - 1, self.limit.amount)
        at = max(now, self.closed_until)
        lacking = rest + 1 - self.limit.amount
        leaves = sorted(self._counted(at))
        lacking += sum(cost for _, cost in leaves)
        for end, cost in leaves:
            if lacking <= 0:
                break
            lacking -= cost
            at = end
        return at + rounds * self._round

    def spare(self, now: int) -> int:
        """How many calls one caller may open together without being in others' way."""
        units = self.free(now) // _SHARERS
        if self.limit.per and self.limit.per >= SHARED_FROM:
            units = min(units, self.limit.amount // _LASTING_SHARERS)
        return units // self.limit.cost

    def take(self, now: int, calls: int = 1) -> int:
        """Open calls; gives the slice that `settle` wants."""
        end = self._end(now)
        self.open[end] = self.open.get(end, 0) + self._held(calls)
        return end

    def settle(self, taken: int, now: int, cost: int, calls: int = 1) -> None:
        """Close what was opened together: it has ended by now, and cost so much in all."""
        # What outlived its lease was counted as ended already.
        if taken in self.open:
            left = self.open.pop(taken) - self._held(calls)
            if left > 0:
                self.open[taken] = left
        self._charge(now, cost)

    def hear(self, left: int, now: int) -> None:
        """Believe a provider that has less left than we counted."""
        if (unknown := self.free(now) - left) > 0:
            self._believe(now, unknown)

    def refuse(self, now: int, wait: int | None) -> int:
        """Close the limit, for `wait` or, where nobody said, ever longer; gives until when."""
        # Calls that were on their way when it was closed are refused with the first.
        self.refusals += now >= self.closed_until
        if not wait or wait <= 0:
            wait = min(_FIRST_BACK_OFF * 2 ** min(self.refusals - 1, 20), _LONGEST_BACK_OFF)
        self.closed_until = max(self.closed_until, now + wait)
        return self.closed_until

    def calm(self, since: int) -> None:
        """Forget refusals: the provider has let a call through that was opened then."""
        if since >= self.closed_until:
            self.refusals = 0

    def draw(self, until: int) -> int:
        """Draw a ticket for one who will be back before `until`."""
        self.queued_until = max(self.queued_until, until)
        self.tickets += 1
        return self.tickets

    def state(self, now: int) -> dict[str, Any]:
        """Give what is worth keeping."""
        self._forget(now)
        kept = {
            "done": {str(end): cost for end, cost in self.done.items()},
            "open": {str(end): cost for end, cost in self.open.items()},
            "closed": self.closed_until if self.closed_until > now else 0,
            "refusals": self.refusals,
            "queued": self.queued_until if self.queued_until > now else 0,
            "tickets": self.tickets if self.queued_until > now else 0,
        }
        return {name: value for name, value in kept.items() if value}

    def over_at(self) -> int:
        """From when on nothing that was counted matters any more."""
        ends = [end + self.life for end in self.done]
        ends += [end + LEASE + self.life for end in self.open]
        return max([*ends, self.closed_until, self.queued_until])

    @property
    def _round(self) -> int:
        return self.life

    def _held(self, calls: int) -> int:
        """What is open of the limit while calls are, which are made one after another."""
        return calls * self.limit.cost

    def _counted(self, now: int) -> Iterator[tuple[int, int]]:
        """Each cost that counts now, with the moment at which it is expected to count no more."""
        for end, cost in self.done.items():
            if end + self.life > now:
                yield end + self.life, cost
        yield from self._opened(now)

    def _opened(self, now: int) -> Iterator[tuple[int, int]]:
        for end, cost in self.open.items():
            lapses = end + LEASE + self.life
            if lapses > now:
                # If its process lives, it is about to end.
                yield (self._expected(now) if end + LEASE > now else lapses), cost

    def _expected(self, now: int) -> int:
        """Until when a call counts that ends now."""
        return self._end(now) + self.life

    def _charge(self, now: int, cost: int) -> None:
        end = self._end(now)
        self.done[end] = self.done.get(end, 0) + cost

    def _believe(self, now: int, cost: int) -> None:
        """Charge what others have used."""
        self._charge(now, cost)

    def _end(self, now: int) -> int:
        return (now // self.slice_ms + 1) * self.slice_ms

    def _forget(self, now: int) -> None:
        self.done = {end: cost for end, cost in self.done.items() if end + self.life > now}
        lapses = LEASE + self.life
        self.open = {end: cost for end, cost in self.open.items() if end + lapses > now}


class Rolling(Meter):
    """At most so many in any stretch of time of the window's length."""

    def __init__(self, limit: Limit, state: State) -> None:
        super().__init__(limit, state)
        window = _milliseconds(limit)
        self.slice_ms = max(window // SLICES, _SHORTEST_SLICE)
        self.life = window + min(CLOCKS, window // 240)


class Fixed(Meter):
    """At most so many between two strokes of the provider's clock, which may not be quite ours."""

    def __init__(self, limit: Limit, state: State) -> None:
        super().__init__(limit, state)
        self.slice_ms = _milliseconds(limit)
        self.life = min(2_000, self.slice_ms // 10)

    @property
    def _round(self) -> int:
        return self.slice_ms

    def _charge(self, now: int, cost: int) -> None:
        for end in {self._end(now), self._end(now + self.life)}:
            self.done[end] = self.done.get(end, 0) + cost

    def _believe(self, now: int, cost: int) -> None:
        """It is all of the window that ends, however near that is."""
        super()._charge(now, cost)


class AtOnce(Meter):
    """At most so many at the same time."""

    def spare(self, now: int) -> int:
        """Any number, since they take one place; but none of the last ones between two calls."""
        free = self.free(now)
        return sys.maxsize if 2 * free > self.limit.amount and free > self.limit.cost else 0

    @property
    def _round(self) -> int:
        return _POLL

    def _held(self, calls: int) -> int:
        del calls
        return self.limit.cost

    def _expected(self, now: int) -> int:
        return now + _POLL

    def _charge(self, now: int, cost: int) -> None:
        """Forget a call that has ended."""


class Leaky(Meter):
    """A bucket that runs empty at an even pace: `done` is what was in it when, in thousandths."""

    def __init__(self, limit: Limit, state: State) -> None:
        super().__init__(limit, state)
        self.life = _milliseconds(limit)

    def free_at(self, now: int, units: int) -> int:
        """The moment at which enough has run out."""
        at = max(now, self.closed_until)
        held = sum(cost for _, cost in self._opened(at)) * 1_000 + self._level(at)
        lacking = held - (self.limit.amount - units) * 1_000
        return at + max(0, ceil(lacking / self._pace))

    @property
    def _pace(self) -> float:
        """Thousandths that run out in a millisecond."""
        return self.limit.amount * 1_000 / self.life

    def _counted(self, now: int) -> Iterator[tuple[int, int]]:
        yield from self._opened(now)
        yield now, ceil(self._level(now) / 1_000)

    def _level(self, now: int) -> int:
        levels = (level - max(0, now - at) * self._pace for at, level in self.done.items())
        return max(0, *map(ceil, levels), 0)

    def _charge(self, now: int, cost: int) -> None:
        self.done = {now: self._level(now) + cost * 1_000}


def meter(limit: Limit, state: State) -> Meter:
    """Make the meter of a limit, with what is known of it."""
    if limit.per is None:
        return AtOnce(limit, state)
    kinds = {"rolling": Rolling, "fixed": Fixed, "leaky": Leaky}
    return kinds[limit.window](limit, state)


def _milliseconds(limit: Limit) -> int:
    seconds = limit.per.total_seconds() if limit.per else 0.0
    return max(1, round(seconds * 1_000))
