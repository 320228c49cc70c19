"""Timer triggers: NCRONTAB schedules in UTC, once if past due, one run after the other.

A run that is asked for by hand does not wait for the schedule's.

When the clock is set forward over an occurrence, it runs once; when it is set back, what has run
does not run again, unless it comes more than once in the time that is repeated.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.host.clock import LONGEST_LOOK, SET_BACK, SYSTEM, Clock, Setting, sleep
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
LAST_DOUBLING = 60  # of the pause between retries
FOR_EVER = "100000.00:00:00"  # the longest pause between retries, where none is given

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

    def __init__(
        self,
        journal: Journal,
        function: Function,
        expression: str,
        *,
        run: Run,
        clock: Clock = SYSTEM,
    ) -> None:
        self._journal, self._function, self._run = journal, function, run
        self._clock = clock
        self._expression, self._schedule = expression, Schedule.parse(expression)
        fields = function.trigger.fields
        self._monitored = bool(fields.get("useMonitor", True)) and not self._under_a_minute()
        self._at_start = bool(fields.get("runOnStartup", False))
        self._status: Status | None = None
        self._task: asyncio.Task[None] | None = None
        self._busy = False
        self._stopping = asyncio.Event()
        self.next: datetime | None = None
        self._ran: datetime | None = None  # when it was run last

    @property
    def expression(self) -> str:
        """The schedule as written."""
        return self._expression

    def start(self) -> None:
        """Begin to keep the schedule."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """End the schedule; a run under way is waited for, its retries are not."""
        self._stopping.set()
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
            if self._stopping.is_set() or 0 <= limit <= attempt:
                return
            await self._pause(self._delay(attempt))
            if self._stopping.is_set():
                return
            attempt += 1

    async def _pause(self, seconds: float) -> None:
        """Wait before a retry; the end of the schedule ends that too."""
        loop = asyncio.get_running_loop()
        waits = [
            loop.create_task(sleep(self._clock, seconds)),
            loop.create_task(self._stopping.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _succeeds(self, given: str, retry: tuple[int, int]) -> bool:
        try:
            return (await self._run(self._function, given, retry)).failure is None
        except LostError as lost:
            log.warning("Timer function %s had no end: %s", self._function.name, lost)
            return False
        except Exception:
            # Nothing that goes wrong in a run may end the schedule.
            log.exception("Timer function %s could not be run", self._function.name)
            return False

    def _delay(self, attempt: int) -> float:
        policy = self._function.retry
        if policy.get("strategy") == "exponential_backoff":
            shortest = timespan(policy.get("minimum_interval", "00:00:00")).total_seconds()
            longest = timespan(policy.get("maximum_interval", FOR_EVER)).total_seconds()
            return min(longest, shortest * 2.0 ** min(attempt, LAST_DOUBLING))
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
        setting, looked = Setting(self._clock), self._now()
        while self.next is not None and not self._stopping.is_set():
            step = setting.look()
            if step <= -SET_BACK:
                self.next = self._following(looked + timedelta(seconds=step))
            looked = self._now()
            wait = (self.next - looked).total_seconds() if self.next else 0.0
            if wait > 0:
                await sleep(self._clock, min(wait, LONGEST_LOOK))
            else:
                await self._turn(past_due=False)

    async def _turn(self, *, past_due: bool) -> None:
        self._busy, self._ran = True, self._now()
        try:
            await self.fire(past_due=past_due)
            await self._remember(self._ran)
        finally:
            self._busy = False

    async def _recall(self) -> bool:
        """Read what the last run of the host left; whether an occurrence has been missed."""
        now = self._now()
        self.next = self._following(now)
        if not self._monitored:
            return False
        rows = await self._journal.read(_STATUS, (self._function.name,))
        if rows and rows[0][0] == self._expression:
            self._status = Status(*(str(value) for value in rows[0][1:]))
            self._ran = datetime.fromisoformat(self._status.last)
            self.next = self._following(now)
            return self._status.next != NEVER and datetime.fromisoformat(self._status.next) < now
        await self._save(NEVER, now)
        return False

    async def _remember(self, ran: datetime) -> None:
        now = self._now()
        self.next = self._following(now)
        if self._monitored:
            await self._save(ran.isoformat(), now)

    async def _save(self, last: str, now: datetime) -> None:
        following = self.next.isoformat() if self.next else NEVER
        self._status = Status(last, following, now.isoformat())
        values = (self._function.name, self._expression, last, following, now.isoformat())
        await self._journal.write([("INSERT OR REPLACE INTO timers VALUES(?,?,?,?,?)", values)])

    def _following(self, now: datetime) -> datetime | None:
        """Find the next occurrence; one that has run before the clock was set back is left out."""
        first = self._schedule.after(now)
        if first is None or self._ran is None or first > self._ran:
            return first
        second = self._schedule.after(first)
        return first if second and second <= self._ran else second

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def _under_a_minute(self) -> bool:
        first = self._schedule.after(self._now())
        second = self._schedule.after(first) if first else None
        return bool(first and second and second - first < timedelta(minutes=1))
