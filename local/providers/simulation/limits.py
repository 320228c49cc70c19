"""Rate limits over sliding windows: per minute, per day, and calls at once."""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

MINUTE, DAY = 60.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls one tenant may make, and how many all tenants of the app together."""

    per_minute: int = 60
    per_day: int = 5_000
    at_once: int = 5
    app_per_minute: int = 10_000


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left in each window after the call that asked."""

    day: int
    minute: int
    app_minute: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call was refused (`minute`, `day`, `appminute`, `concurrent`) and for how long."""

    problem: str
    retry_after: int


class _Window:
    """Calls within the last `seconds`, by their times in ascending order."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times: list[float] = []

    def count(self, now: float) -> int:
        """Count the calls still in the window."""
        del self._times[: bisect_right(self._times, now - self._seconds)]
        return len(self._times)

    def add(self, now: float) -> None:
        """Enter a call; a clock moved back does not disturb the order."""
        self._times.append(max(now, self._times[-1]) if self._times else now)

    def frees_in(self, now: float) -> int:
        """Give whole seconds until the oldest call leaves."""
        return max(1, math.ceil(self._times[0] + self._seconds - now))


class Limiter:
    """Admits calls of tenants, or refuses them; a refused call does not count."""

    def __init__(self, limits: Limits | None = None, *, enabled: bool = True) -> None:
        self.limits = limits or Limits()
        self.enabled = enabled
        self.reset()

    def reset(self) -> None:
        """Forget all calls so far."""
        self._minutes: defaultdict[str, _Window] = defaultdict(lambda: _Window(MINUTE))
        self._days: defaultdict[str, _Window] = defaultdict(lambda: _Window(DAY))
        self._app = _Window(MINUTE)
        self._at_once: Counter[str] = Counter()

    def admit(self, tenant: str, at: datetime) -> Refusal | None:
        """Count a call in, to be released later, or say why not."""
        now = at.timestamp()
        refusal = self._refusal(tenant, now) if self.enabled else None
        if refusal is None:
            self._at_once[tenant] += 1
            for window in (self._minutes[tenant], self._days[tenant], self._app):
                window.add(now)
        return refusal

    def release(self, tenant: str) -> None:
        """Count out a call that was admitted."""
        self._at_once[tenant] -= 1

    def remaining(self, tenant: str, at: datetime) -> Remaining:
        """Give what a tenant may still do now; everything when limits are off."""
        limits, now = self.limits, at.timestamp()
        if not self.enabled:
            return Remaining(limits.per_day, limits.per_minute, limits.app_per_minute)
        return Remaining(
            max(0, limits.per_day - self._days[tenant].count(now)),
            max(0, limits.per_minute - self._minutes[tenant].count(now)),
            max(0, limits.app_per_minute - self._app.count(now)),
        )

    def _refusal(self, tenant: str, now: float) -> Refusal | None:
        limits = self.limits
        if self._at_once[tenant] >= limits.at_once:
            return Refusal("concurrent", 1)
        windows = (
            ("day", self._days[tenant], limits.per_day),
            ("minute", self._minutes[tenant], limits.per_minute),
            ("appminute", self._app, limits.app_per_minute),
        )
        for problem, window, allowed in windows:
            if window.count(now) >= allowed:
                return Refusal(problem, window.frees_in(now))
        return None
