"""The host's two clocks, and how it waits though one of them may be set.

The time of day is what is kept on disk and shown; a person or a time server may set it at any
moment. The steady clock only ever goes forward, at the pace of real time. A wait ends when the
time of day is reached or, should the clock have been set back meanwhile, when as much time has
passed as there was to wait at first. So a clock that is set never makes anything late.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
LONGEST_LOOK = 60.0  # seconds after which the time of day is looked at again
JITTER = 0.001  # seconds between looks at the two clocks
SET_BACK = 1.0  # seconds; smaller corrections of the time of day are waited out


class Alarm(Protocol):
    """A call that has been asked for."""

    def cancel(self) -> None:
        """Do not make it."""


class Clock(Protocol):
    """Tells the time and wakes; all times are in seconds."""

    def now(self) -> float:
        """Tell the time of day, since the epoch."""

    def steady(self) -> float:
        """Tell the time since some moment; nobody can set it."""

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Alarm:
        """Call on the event loop when so much steady time has passed."""


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> float:
        """Tell the time of day, since the epoch."""
        return time.time()

    def steady(self) -> float:
        """Tell the time since some moment; nobody can set it."""
        return time.monotonic()

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Alarm:
        """Call on the event loop when so much time has passed."""
        return asyncio.get_running_loop().call_later(seconds, callback)


SYSTEM = SystemClock()


async def sleep(clock: Clock, seconds: float) -> None:
    """Wait by the steady clock."""
    woken = asyncio.Event()
    alarm = clock.call_later(seconds, woken.set)
    try:
        await woken.wait()
    finally:
        alarm.cancel()


class Setting:
    """Notices when the time of day has been set.

    `offset` is the time of day less the steady time, as it was at the last look.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.offset = clock.now() - clock.steady()

    def look(self) -> float:
        """Tell by how many seconds it was set since the last look; negative is back."""
        offset = self._clock.now() - self._clock.steady()
        step = offset - self.offset
        if abs(step) < JITTER:
            return 0.0
        self.offset = offset
        return step


class Waiting(Generic[T]):
    """Items that are due later, each handed to `deliver` in time, the earliest first."""

    def __init__(self, clock: Clock, deliver: Callable[[T], None]) -> None:
        self._clock, self._deliver = clock, deliver
        self._setting = Setting(clock)
        # In the order of the steady time at which each is due.
        self._items: list[tuple[float, int, T]] = []
        self._numbers = itertools.count()
        self._alarm: Alarm | None = None

    def add(self, due: float, item: T) -> None:
        """Keep an item until the time of day is `due`."""
        self._look()
        entry = (due - self._setting.offset, next(self._numbers), item)
        heapq.heappush(self._items, entry)
        if self._items[0] is entry:
            self._set_alarm()

    def close(self) -> None:
        """Deliver nothing more."""
        self._items.clear()
        self._set_alarm()

    def _look(self) -> None:
        """Go along with the time of day, unless it was set back."""
        step = self._setting.look()
        if step and step > -SET_BACK:
            self._items = [(end - step, number, item) for end, number, item in self._items]

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._items:
            wait = self._items[0][0] - self._clock.steady()
            self._alarm = self._clock.call_later(min(LONGEST_LOOK, max(0.0, wait)), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._look()
        try:
            while self._items and self._items[0][0] <= self._clock.steady():
                self._deliver(heapq.heappop(self._items)[2])
        finally:
            # What goes wrong with one item is not to silence the others.
            self._set_alarm()
