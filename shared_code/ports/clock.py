"""Time as a port: whoever needs the hour or a pause is given a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds`; zero or less returns at once."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the machine's time in UTC, to the microsecond."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds`; zero or less returns at once."""
        time.sleep(max(0.0, seconds))
