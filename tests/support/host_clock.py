"""A host's clock under a test's control: time passes, and the time of day is set, when it says."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


async def until(true: Callable[[], bool]) -> None:
    """Wait for what threads or other tasks bring about."""
    while not true():  # noqa: ASYNC110 - anything may bring it about
        await asyncio.sleep(0.001)


@dataclass(eq=False, slots=True)
class PendingCall:
    """A call that has been asked for."""

    callback: Callable[[], object] | None

    def cancel(self) -> None:
        """Do not make it."""
        self.callback = None


class SettableClock:
    """Stands still until it is told to go on or is set."""

    def __init__(self, day: datetime = NOON) -> None:
        self._day, self._steady = day.timestamp(), 1000.0
        self._calls: list[tuple[float, int, PendingCall]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        """Tell the time of day."""
        return self._day

    def steady(self) -> float:
        """Tell the time that nobody sets."""
        return self._steady

    def call_later(self, seconds: float, callback: Callable[[], object]) -> PendingCall:
        """Call when the test has let so much time pass."""
        call = PendingCall(callback)
        heapq.heappush(self._calls, (self._steady + seconds, next(self._numbers), call))
        return call

    @property
    def waits(self) -> bool:
        """Whether somebody wants to be called."""
        return self._next() < float("inf")

    def set(self, hours: float) -> None:
        """Set the time of day; nothing else notices."""
        self._day += 3600 * hours

    def go(self, seconds: float) -> None:
        """Let time pass, and make every call that becomes due."""
        end = self._steady + seconds
        while self._next() <= end:
            self._fire()
        self._to(end)

    async def walk(self, seconds: float) -> None:
        """Let time pass for one who sleeps again after each call."""
        end = self._steady + seconds
        while await self._asleep() <= end:
            self._fire()
        self._to(end)

    async def _asleep(self) -> float:
        await until(lambda: self.waits)
        return self._next()

    def _next(self) -> float:
        while self._calls and self._calls[0][2].callback is None:
            heapq.heappop(self._calls)
        return self._calls[0][0] if self._calls else float("inf")

    def _fire(self) -> None:
        moment, _, call = heapq.heappop(self._calls)
        self._to(moment)
        if call.callback is not None:
            call.callback()

    def _to(self, moment: float) -> None:
        self._day += moment - self._steady
        self._steady = moment
