"""The checks' clock, which the simulator follows: it moves when somebody waits, or is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2030, 1, 1, 12, tzinfo=UTC)


class StoryClock:
    """The `Clock` port: sleeping returns at once, and the time is later then."""

    def __init__(self) -> None:
        self._now = BEGIN
        self._lock = threading.Lock()
        self._stands = False

    def now(self) -> datetime:
        """Return the time that was reached."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Let the time pass; while the clock stands, wait for others instead."""
        if self._stands:
            time.sleep(0.002)
            return
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the time on, never back."""
        with self._lock:
            self._now += timedelta(seconds=max(0.0, seconds))

    def reach(self, moment: datetime) -> None:
        """Move the time on to a moment."""
        self.advance((moment - self.now()).total_seconds())

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let no time pass: threads that wait for each other would age everything."""
        self._stands = True
        try:
            yield
        finally:
            self._stands = False
