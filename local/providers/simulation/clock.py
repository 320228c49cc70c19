"""The simulator's clock, which a test can move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def system_time() -> datetime:
    """Read the machine's clock."""
    return datetime.now(UTC)


class ShiftableClock:
    """Aware UTC time, `shift` away from its source."""

    def __init__(self, source: Callable[[], datetime] = system_time) -> None:
        self._source = source
        self.shift = timedelta()

    def now(self) -> datetime:
        """Give the simulated instant."""
        return self._source() + self.shift

    def advance(self, by: timedelta) -> None:
        """Move the clock on, or back by a negative amount."""
        self.shift += by
