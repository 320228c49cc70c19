"""Work starts in order, never more of it at a time than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.host.dispatcher import Dispatcher


@given(st.integers(1, 5), st.integers(0, 30))
def test_at_most_the_limit_runs_and_everything_ends_in_order(limit: int, count: int) -> None:
    started: list[int] = []
    most = running = 0

    async def work(item: int) -> None:
        nonlocal most, running
        started.append(item)
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    async def run() -> None:
        dispatcher: Dispatcher[int] = Dispatcher(work, limit)
        for item in range(count):
            dispatcher.submit(item)
        while len(dispatcher):  # noqa: ASYNC110 - one turn of the loop at a time
            await asyncio.sleep(0)

    asyncio.run(run())
    assert started == list(range(count))
    assert most <= limit


def test_what_is_submitted_in_one_turn_starts_in_the_next() -> None:
    started: list[int] = []

    async def work(item: int) -> None:
        started.append(item)

    async def run() -> None:
        dispatcher: Dispatcher[int] = Dispatcher(work, 8)
        dispatcher.submit(1)
        dispatcher.submit(2)
        assert started == []
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert started == [1, 2]

    asyncio.run(run())


def test_a_closed_dispatcher_ends_what_runs_and_gives_back_the_rest() -> None:
    ended: list[int] = []
    go = asyncio.Event()

    async def work(item: int) -> None:
        await go.wait()
        ended.append(item)

    async def run() -> None:
        dispatcher: Dispatcher[int] = Dispatcher(work, 1)
        dispatcher.submit(1)
        dispatcher.submit(2)
        await asyncio.sleep(0)
        dispatcher.close()
        go.set()
        await dispatcher.wait()
        assert ended == [1]
        assert dispatcher.abandon() == [2]

    asyncio.run(run())


def test_work_that_fails_is_reported_and_keeps_nothing_from_running() -> None:
    reported: list[dict[str, Any]] = []
    ended: list[int] = []

    def work(item: int) -> Coroutine[Any, Any, None]:
        async def one() -> None:
            if item == 0:
                raise ValueError("planned")
            ended.append(item)

        return one()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(context))
        dispatcher: Dispatcher[int] = Dispatcher(work, 1)
        dispatcher.submit(0)
        dispatcher.submit(1)
        while len(dispatcher):  # noqa: ASYNC110 - one turn of the loop at a time
            await asyncio.sleep(0)

    asyncio.run(run())
    assert ended == [1]
    assert [str(context["exception"]) for context in reported] == ["planned"]
