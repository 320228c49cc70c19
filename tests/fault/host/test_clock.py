"""The time of day is set by an hour while the host waits: nothing is late, twice or lost."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from local.host.clock import LONGEST_LOOK
from local.host.durable import store
from local.host.durable.engine import Engine
from local.host.durable.history import Kind
from local.host.journal import Journal
from local.host.messages import Binding, Blob, Failure, Function, Result
from local.host.queues import local
from local.host.queues.listener import LocalListener
from local.host.queues.local import LocalQueues
from local.host.queues.message import encoded
from local.host.settings import DurableTask, Queues
from local.host.workers import Worker
from tests.support.host_clock import SettableClock, until
from tests.support.hosting import APPS, DONE, PATIENCE

HALF_AN_HOUR = 1800.0
# Python clients send their input as a JSON text that holds JSON.
NAPS = json.dumps(json.dumps([HALF_AN_HOUR, HALF_AN_HOUR]))


def fail(text: str) -> None:
    raise AssertionError(text)


def within_patience(run: Coroutine[None, None, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(PATIENCE):
            await run

    asyncio.run(bounded())


@asynccontextmanager
async def engine(folder: Path, clock: SettableClock) -> AsyncIterator[Engine]:
    """Run the durable engine on a clock, with the ordeal app in a real worker."""
    indexed = asyncio.Event()
    (folder / "noted").touch()

    def fill(functions: list[Function]) -> None:
        made.catalogue.fill(functions)
        indexed.set()

    journal = Journal(folder / "data", store.SCHEMA, fail)
    worker = Worker(
        APPS / "ordeal",
        {**os.environ, "JOURNAL": str(folder / "noted")},
        client_binding="{}",
        timeout=None,
        on_indexed=fill,
        on_failed=lambda failure: fail(failure.trace),
    )
    made = Engine(journal, worker, DurableTask(), strict=True, clock=clock)
    worker.start()
    try:
        await indexed.wait()
        await made.restore()
        yield made
    finally:
        made.close()
        await made.wait()
        await worker.stop()
        await journal.close()


async def sleeping(made: Engine, naps: int) -> None:
    """Wait until an instance has begun so many timers."""

    async def timers() -> int:
        events = await made.history(await made.status("x"))
        return sum(event["EventType"] == Kind.TIMER_CREATED for event in events)

    while await timers() < naps:  # noqa: ASYNC110 - the worker is another process
        await asyncio.sleep(0.01)


async def ended(made: Engine) -> object:
    """Wait for the end of an instance; its output."""
    while (status := await made.status("x")).status not in DONE:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.01)
    return json.loads(status.output or "null")


def test_a_durable_timer_comes_when_the_clock_is_set_forward_over_it(tmp_path: Path) -> None:
    async def run() -> None:
        clock = SettableClock()
        async with engine(tmp_path, clock) as made:
            await made.start("naps", "x", NAPS)
            await sleeping(made, 1)
            clock.set(1)
            clock.go(LONGEST_LOOK)
            # The second nap is as long as it was to be, by the clock as it now is.
            await sleeping(made, 2)
            clock.go(HALF_AN_HOUR - 1)
            assert (await made.status("x")).status == "Running"
            clock.go(1)
            assert await ended(made) == 2

    within_patience(run())


@pytest.mark.parametrize("restart", [False, True])
def test_a_durable_timer_is_not_late_when_the_clock_is_set_back(
    tmp_path: Path, *, restart: bool
) -> None:
    async def run() -> None:
        clock = SettableClock()
        async with engine(tmp_path, clock) as made:
            await made.start("naps", "x", NAPS)
            await sleeping(made, 1)
            clock.set(-1)
            clock.go(HALF_AN_HOUR)
            await sleeping(made, 2)
            if not restart:
                clock.go(HALF_AN_HOUR)
                assert await ended(made) == 2
        if restart:
            async with engine(tmp_path, clock) as made:
                clock.go(HALF_AN_HOUR)
                assert await ended(made) == 2

    within_patience(run())


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_message_that_waits_for_its_next_attempt_comes_once(tmp_path: Path, hours: int) -> None:
    async def run() -> None:
        clock, tries = SettableClock(), list[str]()
        journal = Journal(tmp_path, local.SCHEMA, fail)
        queues = LocalQueues(journal, clock)
        listener = _listener(queues, tries)
        listener.start()
        await queues.put("jobs", encoded("job", "base64"))
        await until(lambda: clock.waits)
        clock.set(hours)
        clock.go(LONGEST_LOOK if hours > 0 else HALF_AN_HOUR)
        await until(lambda: queues.depths() == {"jobs": 0})
        clock.go(2 * 3600)
        await listener.stop()
        await journal.close()
        assert tries == ["1", "2"]

    within_patience(run())


def _listener(queues: LocalQueues, tries: list[str]) -> LocalListener:
    """Feed a function that succeeds at the second attempt."""

    async def run(function: Function, body: str | Blob, metadata: dict[str, str]) -> Result:
        assert (function.name, body) == ("work", "job")
        tries.append(metadata["DequeueCount"])
        return Result(0, None, [], None if len(tries) == 2 else Failure("not yet", ""))

    trigger = Binding("queueTrigger", "msg", out=False, fields={})
    function = Function("work", trigger, [trigger], "work", {})
    settings = Queues(visibility_timeout=timedelta(seconds=HALF_AN_HOUR))
    return LocalListener(queues, function, "jobs", settings=settings, run=run)
