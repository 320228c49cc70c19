"""Limits on calls and on points: in windows that slide or begin anew, in leaky buckets, at once."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal, Protocol, Self

MINUTE, DAY = 60.0, 86_400.0

Window = Literal["rolling", "fixed", "leaky"]
"""Sliding; anew at whole multiples of its length; a bucket that runs empty in that time."""

_USUAL = {
    "concurrent": "at_once",
    "day": "per_day",
    "minute": "per_minute",
    "appminute": "app_per_minute",
}
"""Where the usual limits stand, by their names."""

Remaining = Mapping[str, int]
"""What is left of each limit, by its name, after the call that asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One limit: so many calls in some seconds; without seconds, so many at once."""

    name: str
    """As refusals call it."""
    amount: int
    seconds: float = 0
    window: Window = "rolling"
    of_app: bool = False
    """Whether all tenants of the app share it."""
    points: bool = False
    """Whether it counts what calls cost, and not the calls."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one tenant may do, and all tenants of the app together; 0 lifts a limit."""

    per_minute: int = 60
    per_day: int = 5_000
    at_once: int = 5
    app_per_minute: int = 10_000
    more: tuple[Quota, ...] = ()

    @classmethod
    def only(cls, *quotas: Quota) -> Self:
        """Make limits of other kinds alone."""
        return cls(0, 0, 0, 0, quotas)

    @property
    def quotas(self) -> Sequence[Quota]:
        """Each limit that holds; a call over several is refused by the first."""
        return _quotas(self)

    def with_amounts(self, amounts: Mapping[str, int]) -> Self:
        """Change limits by their names; raises ValueError for one that does not hold."""
        names = {each.name for each in self.quotas}
        if unknown := amounts.keys() - names:
            raise ValueError(f"There is no limit {sorted(unknown)}, but {sorted(names)}")
        usual: dict[str, Any] = {
            _USUAL[name]: amount for name, amount in amounts.items() if name in _USUAL
        }
        more = (replace(each, amount=amounts.get(each.name, each.amount)) for each in self.more)
        return replace(self, **usual, more=tuple(more))


@cache
def _quotas(limits: Limits) -> Sequence[Quota]:
    usual = (
        Quota(name="concurrent", amount=limits.at_once),
        Quota(name="day", amount=limits.per_day, seconds=DAY),
        Quota(name="minute", amount=limits.per_minute, seconds=MINUTE),
        Quota(name="appminute", amount=limits.app_per_minute, seconds=MINUTE, of_app=True),
    )
    return [each for each in (*usual, *limits.more) if each.amount]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call was refused (the limit's name) and for how long."""

    problem: str
    retry_after: int


class _Gauge(Protocol):
    """What was used of one limit by those who share it; its amount may change meanwhile."""

    def used(self, quota: Quota, now: float) -> float:
        """Tell what counts now."""

    def take(self, quota: Quota, now: float, cost: int) -> None:
        """Enter a call."""

    def end(self, back: int) -> None:
        """Note that a call has ended, and give back what it did not take of its cost."""

    def frees_in(self, quota: Quota, now: float, lacking: float) -> float:
        """Give the seconds until so much more is free."""


class _AtOnce:
    """Calls that are open."""

    def __init__(self) -> None:
        self._open = 0

    def used(self, _quota: Quota, _now: float) -> float:
        return self._open

    def take(self, _quota: Quota, _now: float, cost: int) -> None:
        self._open += cost

    def end(self, _back: int) -> None:
        # The call may be older than the last reset.
        self._open = max(0, self._open - 1)

    def frees_in(self, _quota: Quota, _now: float, _lacking: float) -> float:
        return 1


class _Counted:
    """Calls by their times in ascending order, until each leaves its window."""

    def __init__(self) -> None:
        self._taken: deque[tuple[float, int]] = deque()
        self._sum = 0

    def used(self, quota: Quota, now: float) -> float:
        while self._taken and _leaves(quota, self._taken[0][0]) <= now:
            self._sum -= self._taken.popleft()[1]
        return self._sum

    def take(self, _quota: Quota, now: float, cost: int) -> None:
        # A clock moved back does not disturb the order.
        self._taken.append((max(now, self._taken[-1][0]) if self._taken else now, cost))
        self._sum += cost

    def end(self, back: int) -> None:
        if back and self._taken:
            at, cost = self._taken.pop()
            self._taken.append((at, cost - back))
            self._sum -= back

    def frees_in(self, quota: Quota, now: float, lacking: float) -> float:
        for at, cost in self._taken:
            lacking -= cost
            if lacking <= 0:
                return _leaves(quota, at) - now
        return quota.seconds


class _Bucket:
    """What is in a bucket, and since when it has leaked."""

    def __init__(self) -> None:
        self._level, self._at = 0.0, 0.0

    def used(self, quota: Quota, now: float) -> float:
        leaked = max(0.0, now - self._at) * quota.amount / quota.seconds
        self._level, self._at = max(0.0, self._level - leaked), max(now, self._at)
        # What has run out but for an error of rounding has run out.
        return round(self._level, 3)

    def take(self, quota: Quota, now: float, cost: int) -> None:
        self.used(quota, now)
        self._level += cost

    def end(self, back: int) -> None:
        self._level = max(0.0, self._level - back)

    def frees_in(self, quota: Quota, _now: float, lacking: float) -> float:
        return lacking * quota.seconds / quota.amount


def _leaves(quota: Quota, at: float) -> float:
    """Tell when a call leaves the window that it was counted in."""
    if quota.window == "fixed":
        return (at // quota.seconds + 1) * quota.seconds
    return at + quota.seconds


def _new_gauge(quota: Quota) -> _Gauge:
    if not quota.seconds:
        return _AtOnce()
    return _Bucket() if quota.window == "leaky" else _Counted()


@dataclass(frozen=True, slots=True)
class _Counting:
    """A limit, and the gauge of those who share it."""

    quota: Quota
    gauge: _Gauge

    def cost(self, points: int) -> int:
        return points if self.quota.points else 1

    def left(self, now: float) -> int:
        return max(0, math.floor(self.quota.amount - self.gauge.used(self.quota, now)))

    def refusal(self, now: float, points: int) -> Refusal | None:
        lacking = self.gauge.used(self.quota, now) + self.cost(points) - self.quota.amount
        if lacking <= 0:
            return None
        seconds = self.gauge.frees_in(self.quota, now, lacking)
        return Refusal(self.quota.name, max(1, math.ceil(seconds)))


class Limiter:
    """Admits calls of tenants, or refuses them; a refused call does not count."""

    def __init__(self, limits: Limits | None = None, *, enabled: bool = True) -> None:
        self.limits = limits or Limits()
        self.enabled = enabled
        self.reset()

    def reset(self) -> None:
        """Forget all calls so far."""
        self._gauges: dict[tuple[str, str], _Gauge] = {}

    def admit(self, tenant: str, at: datetime, points: int = 1) -> Refusal | None:
        """Count a call in, to be released later, or say why not."""
        now, counting = at.timestamp(), self._counting(tenant)
        if self.enabled:
            refusals = (each.refusal(now, points) for each in counting)
            if refusal := next(filter(None, refusals), None):
                return refusal
        for each in counting:
            each.gauge.take(each.quota, now, each.cost(points))
        return None

    def release(self, tenant: str, back: int = 0) -> None:
        """Count out a call that was admitted, and give back points that it did not take."""
        for each in self._counting(tenant):
            each.gauge.end(back if each.quota.points else 0)

    def remaining(self, tenant: str, at: datetime) -> Remaining:
        """Give what a tenant may still do now; everything when limits are off."""
        now, counting = at.timestamp(), self._counting(tenant)
        if not self.enabled:
            return {each.quota.name: each.quota.amount for each in counting}
        return {each.quota.name: each.left(now) for each in counting}

    def _counting(self, tenant: str) -> list[_Counting]:
        return [
            _Counting(quota, self._gauge(quota, "" if quota.of_app else tenant))
            for quota in _quotas(self.limits)
        ]

    def _gauge(self, quota: Quota, of: str) -> _Gauge:
        if (quota.name, of) not in self._gauges:
            self._gauges[quota.name, of] = _new_gauge(quota)
        return self._gauges[quota.name, of]
