from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared_code.ports.clock import Clock, SystemClock
from tests.support.clock import NOON, ManualClock


def test_the_system_clock_tells_aware_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)


def test_the_system_clock_lets_the_time_pass() -> None:
    clock = SystemClock()
    started = clock.now()
    clock.sleep(0.01)
    assert clock.now() - started >= timedelta(milliseconds=9)


def test_a_pause_that_is_over_already_is_none() -> None:
    clock = SystemClock()
    clock.sleep(-3_600)
    assert clock.now().utcoffset() == timedelta(0)


def test_the_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock()
    asleep: Clock = clock
    asleep.sleep(90)
    clock.advance(30)
    assert clock.now() == asleep.now() == NOON + timedelta(minutes=2)
    assert clock.sleeps == [90]


def test_the_manual_clock_never_runs_backwards() -> None:
    clock = ManualClock()
    clock.sleep(-1)
    assert clock.now() == NOON
