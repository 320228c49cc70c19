"""A clock that stands still until a test moves it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class ManualClock:
    """The `Clock` port under the test's control: sleeping returns at once and moves the time on."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        """Return the time that the test has reached."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Note the pause in `sleeps` and move the time on by it."""
        with self._lock:
            self.sleeps.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the time on; it never runs backwards."""
        with self._lock:
            self._now += timedelta(seconds=max(0.0, seconds))
