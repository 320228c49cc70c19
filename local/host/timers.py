"""Timer triggers: NCRONTAB schedules in UTC, once if past due, never two runs at a time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.host.journal import Journal
from local.host.messages import Function, Result
from local.host.ncrontab import Schedule
from local.host.settings import timespan
from local.host.workers import LostError

SCHEMA = """
CREATE TABLE IF NOT EXISTS timers(
  function TEXT PRIMARY KEY, schedule TEXT NOT NULL, last TEXT NOT NULL, next TEXT NOT NULL,
  updated TEXT NOT NULL
) WITHOUT ROWID;
"""
_STATUS = "SELECT schedule, last, next, updated FROM timers WHERE function=?"
NEVER = "0001-01-01T00:00:00+00:00"
LONGEST_SLEEP = 60.0  # seconds; the wall clock may be set meanwhile

Run = Callable[[Function, str, tuple[int, int]], Awaitable[Result]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """What is remembered of a timer: ISO texts, `NEVER` for what has not been."""

    last: str
    next: str
    updated: str


class Timer:
    """Runs one function by its schedule.

    Args:
        expression: an NCRONTAB text, resolved.
        run: invokes the function with the JSON of the trigger, for the given retry and its limit.
    """

    def __init__(self, journal: Journal, function: Function, expression: str, *, run: Run) -> None:
        self._journal, self._function, self._run = journal, function, run
        self._expression, self._schedule = expression, Schedule.parse(expression)
        fields = function.trigger.fields
        self._monitored = bool(fields.get("useMonitor", True)) and not self._under_a_minute()
        self._at_start = bool(fields.get("runOnStartup", False))
        self._status: Status | None = None
        self._task: asyncio.Task[None] | None = None
        self._busy = self._stopping = False
        self.next: datetime | None = None

    @property
    def expression(self) -> str:
        """The schedule as written."""
        return self._expression

    def start(self) -> None:
        """Begin to keep the schedule."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """End the schedule; a run under way is waited for, its retries are not."""
        self._stopping = True
        if self._task is None:
            return
        if not self._busy:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def fire(self, *, past_due: bool = False) -> None:
        """Run the function now, with its retry policy."""
        given = json.dumps(self._given(past_due=past_due))
        limit = int(self._function.retry.get("max_retry_count", 0))
        attempt = 0
        while not await self._succeeds(given, (attempt, limit)):
            if self._stopping or 0 <= limit <= attempt:
                return
            await asyncio.sleep(self._delay(attempt))
            attempt += 1

    async def _succeeds(self, given: str, retry: tuple[int, int]) -> bool:
        try:
            return (await self._run(self._function, given, retry)).failure is None
        except LostError as lost:
            log.warning("Timer function %s had no end: %s", self._function.name, lost)
            return False

    def _delay(self, attempt: int) -> float:
        policy = self._function.retry
        if policy.get("strategy") == "exponential_backoff":
            shortest = timespan(policy["minimum_interval"]).total_seconds()
            longest = timespan(policy["maximum_interval"]).total_seconds()
            return min(longest, shortest * 2.0**attempt)
        return timespan(policy.get("delay_interval", "00:00:00")).total_seconds()

    def _given(self, *, past_due: bool) -> dict[str, object]:
        status = self._status
        return {
            "IsPastDue": past_due,
            "ScheduleStatus": status
            and {"Last": status.last, "Next": status.next, "LastUpdated": status.updated},
            "Schedule": {"AdjustForDST": True},
        }

    async def _keep(self) -> None:
        past_due = await self._recall()
        if past_due or self._at_start:
            await self._turn(past_due=past_due)
        while self.next is not None and not self._stopping:
            wait = (self.next - datetime.now(UTC)).total_seconds()
            if wait > 0:
                await asyncio.sleep(min(wait, LONGEST_SLEEP))
            else:
                await self._turn(past_due=False)

    async def _turn(self, *, past_due: bool) -> None:
        self._busy = True
        try:
            await self.fire(past_due=past_due)
            await self._remember(datetime.now(UTC))
        finally:
            self._busy = False

    async def _recall(self) -> bool:
        """Read what the last run of the host left; whether an occurrence has been missed."""
        now = datetime.now(UTC)
        self.next = self._schedule.after(now)
        if not self._monitored:
            return False
        rows = await self._journal.read(_STATUS, (self._function.name,))
        if rows and rows[0][0] == self._expression:
            self._status = Status(*(str(value) for value in rows[0][1:]))
            return datetime.fromisoformat(self._status.next) < now
        await self._save(NEVER, now)
        return False

    async def _remember(self, now: datetime) -> None:
        self.next = self._schedule.after(now)
        if self._monitored:
            await self._save(now.isoformat(), now)

    async def _save(self, last: str, now: datetime) -> None:
        following = self.next.isoformat() if self.next else NEVER
        self._status = Status(last, following, now.isoformat())
        values = (self._function.name, self._expression, last, following, now.isoformat())
        await self._journal.write([("INSERT OR REPLACE INTO timers VALUES(?,?,?,?,?)", values)])

    def _under_a_minute(self) -> bool:
        first = self._schedule.after(datetime.now(UTC))
        second = self._schedule.after(first) if first else None
        return bool(first and second and second - first < timedelta(minutes=1))
