"""What waits comes in time and once, though the time of day is set meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from local.host.clock import LONGEST_LOOK, SYSTEM, Waiting, sleep
from tests.support.host_clock import SettableClock


def waiting() -> tuple[SettableClock, Waiting[str], list[str]]:
    clock, got = SettableClock(), list[str]()
    return clock, Waiting(clock, got.append), got


def test_items_come_when_they_are_due_the_earliest_first() -> None:
    clock, items, got = waiting()
    for due, name in ((30, "c"), (10, "a"), (10, "b"), (7200, "d")):
        items.add(clock.now() + due, name)
    clock.go(9.9)
    assert got == []
    clock.go(0.1)
    assert got == ["a", "b"]
    clock.go(7189)
    assert got == ["a", "b", "c"]
    clock.go(1)
    assert got == ["a", "b", "c", "d"]


def test_a_clock_set_forward_brings_what_is_due_by_it_at_the_next_look() -> None:
    clock, items, got = waiting()
    items.add(clock.now() + 1800, "half an hour")
    items.add(clock.now() + 5400, "one and a half")
    clock.set(1)
    clock.go(LONGEST_LOOK)
    assert got == ["half an hour"]
    clock.go(1800 - LONGEST_LOOK)
    assert got == ["half an hour", "one and a half"]
    clock.go(7200)
    assert len(got) == 2


def test_a_clock_set_back_makes_nothing_late() -> None:
    clock, items, got = waiting()
    items.add(clock.now() + 1800, "before")
    clock.set(-1)
    items.add(clock.now() + 600, "after")
    clock.go(599)
    assert got == []
    clock.go(1)
    assert got == ["after"]
    clock.go(1200)
    assert got == ["after", "before"]
    clock.go(7200)
    assert len(got) == 2


def test_a_clock_that_is_corrected_by_less_than_a_second_makes_nothing_early() -> None:
    clock, items, got = waiting()
    due = clock.now() + 10
    items.add(due, "x")
    clock.set(-0.5 / 3600)
    clock.go(10)
    assert got == []
    clock.go(0.5)
    assert got == ["x"]
    assert clock.now() == pytest.approx(due)


def test_nothing_comes_after_the_end() -> None:
    clock, items, got = waiting()
    items.add(clock.now() + 1, "x")
    items.close()
    clock.go(10)
    assert got == []


def test_the_machines_clock_wakes_who_sleeps() -> None:
    async def run() -> None:
        async with asyncio.timeout(10):
            await sleep(SYSTEM, 0.01)

    asyncio.run(run())


def test_an_item_that_cannot_be_delivered_does_not_silence_the_others() -> None:
    clock, got = SettableClock(), list[str]()

    def deliver(item: str) -> None:
        if item == "bad":
            raise ValueError(item)
        got.append(item)

    items = Waiting(clock, deliver)
    for due, name in ((10, "bad"), (10, "good"), (20, "later")):
        items.add(clock.now() + due, name)
    with pytest.raises(ValueError, match="bad"):
        clock.go(10)
    clock.go(20)
    assert got == ["good", "later"]
