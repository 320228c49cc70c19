"""A timer keeps its schedule, also when the clock is set: nothing late by it, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.host.journal import Journal
from local.host.messages import Binding, Failure, Function, Result
from local.host.timers import SCHEMA, Timer
from tests.support.host_clock import NOON, SettableClock, until

HOURLY, MINUTELY, DAILY = "0 0 * * * *", "0 * * * * *", "0 0 12 * * *"


def fail(text: str) -> None:
    raise AssertionError(text)


class Watched:
    """A timer on a data folder, and the times of day at which its function ran."""

    def __init__(
        self,
        folder: Path,
        schedule: str,
        begin: datetime,
        *,
        retry: dict[str, str] | None = None,
        outcome: Failure | Exception | None = None,
    ) -> None:
        self._retry, self._outcome = retry or {}, outcome
        self.clock = SettableClock(begin)
        self.ran: list[str] = []
        self._folder, self._schedule = folder, schedule

    @asynccontextmanager
    async def host(self) -> AsyncIterator[Timer]:
        """Run a host with it."""
        journal = Journal(self._folder, SCHEMA, fail)
        trigger = Binding("timerTrigger", "timer", out=False, fields={})
        function = Function("f", trigger, [trigger], "f", self._retry)
        timer = Timer(journal, function, self._schedule, run=self._run, clock=self.clock)
        timer.start()
        yield timer
        await timer.stop()
        await journal.close()

    async def _run(self, function: Function, given: str, retry: tuple[int, int]) -> Result:
        del function, given, retry
        self.ran.append(f"{datetime.fromtimestamp(self.clock.now(), UTC):%d %H:%M:%S}")
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return Result(0, None, [], self._outcome)


def check(
    watched: Watched, *parts: Callable[[SettableClock], Awaitable[None]], ran: list[str]
) -> None:
    """Run each part on a host of its own; hold the runs to what they must be."""

    async def run() -> None:
        for part in parts:
            async with watched.host():
                await part(watched.clock)

    asyncio.run(run())
    assert watched.ran == ran


def test_a_clock_set_forward_runs_what_was_passed_over_once(tmp_path: Path) -> None:
    async def part(clock: SettableClock) -> None:
        await clock.walk(600)
        clock.set(3)
        await clock.walk(60)
        await clock.walk(3600)

    check(Watched(tmp_path, HOURLY, NOON), part, ran=["01 15:11:00", "01 16:00:00"])


def test_a_clock_set_back_does_not_silence_a_frequent_timer(tmp_path: Path) -> None:
    async def part(clock: SettableClock) -> None:
        await clock.walk(90)
        clock.set(-1)
        await clock.walk(150)

    ran = ["01 12:01:00", "01 11:02:00", "01 11:03:00", "01 11:04:00"]
    check(Watched(tmp_path, MINUTELY, NOON), part, ran=ran)


def test_a_clock_set_back_before_the_time_runs_at_the_time_of_day(tmp_path: Path) -> None:
    async def part(clock: SettableClock) -> None:
        await clock.walk(30)
        clock.set(-1)
        await clock.walk(7200)

    check(Watched(tmp_path, DAILY, NOON - timedelta(minutes=1)), part, ran=["01 12:00:00"])


@pytest.mark.parametrize("restart", [False, True])
def test_a_clock_set_back_after_the_time_runs_nothing_twice(
    tmp_path: Path, *, restart: bool
) -> None:
    async def before(clock: SettableClock) -> None:
        await clock.walk(70)
        clock.set(-1)
        if not restart:
            await after(clock)

    async def after(clock: SettableClock) -> None:
        await clock.walk(25 * 3600)

    watched = Watched(tmp_path, DAILY, NOON - timedelta(minutes=1))
    parts = [before, after] if restart else [before]
    check(watched, *parts, ran=["01 12:00:00", "02 12:00:00"])


def test_a_time_that_never_comes_is_not_past_due(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "0 0 0 31 2 *", NOON)

    async def run() -> None:
        for _ in range(2):
            async with watched.host() as timer:
                assert timer._task is not None
                await timer._task

    asyncio.run(run())
    assert watched.ran == []


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_stop_does_not_wait_for_retries(tmp_path: Path, *, by_hand: bool) -> None:
    policy = {"strategy": "fixed_delay", "max_retry_count": "-1", "delay_interval": "10:00:00"}
    watched = Watched(tmp_path, HOURLY, NOON, retry=policy, outcome=Failure("planned", ""))

    async def run() -> None:
        async with asyncio.timeout(10), watched.host() as timer:
            firing = asyncio.ensure_future(timer.fire()) if by_hand else None
            if not by_hand:
                await watched.clock.walk(3600)
            await until(lambda: len(watched.ran) == 1 and watched.clock.waits)
            if firing:
                await timer.stop()
                await firing

    asyncio.run(run())
    assert len(watched.ran) == 1


def test_a_run_that_goes_wrong_in_the_host_does_not_end_the_schedule(tmp_path: Path) -> None:
    watched = Watched(tmp_path, HOURLY, NOON, outcome=TypeError("planned"))

    async def run() -> None:
        async with asyncio.timeout(10), watched.host():
            await watched.clock.walk(2 * 3600)

    asyncio.run(run())
    assert watched.ran == ["01 13:00:00", "01 14:00:00"]
