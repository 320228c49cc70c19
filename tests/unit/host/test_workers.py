"""The worker process is replaced however it ends, and blamed functions are the right ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn, cast

import pytest

from local.host.channel import Channel
from local.host.messages import (
    Function,
    Indexed,
    IndexFailed,
    Invoke,
    Message,
    Result,
    decode,
    encode,
)
from local.host.workers import (
    BystanderError,
    FunctionTimeoutError,
    Worker,
    _how_it_ended,
)
from tests.support.host_clock import until


class Sent:
    """A channel that keeps what is sent."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message) -> None:
        """Keep it."""
        self.messages.append(message)


def worker() -> Worker:
    def indexed(functions: list[Function]) -> None:
        raise AssertionError(functions)

    def failed(failure: IndexFailed) -> None:
        raise AssertionError(failure)

    return Worker(
        Path("app"),
        {},
        client_binding="",
        timeout=timedelta(minutes=1),
        on_indexed=indexed,
        on_failed=failed,
    )


@asynccontextmanager
async def serving() -> AsyncIterator[Worker]:
    """A worker that takes invocations and never answers."""
    one = worker()
    one._channel = cast(Channel, Sent())
    one._ready = True
    async with asyncio.timeout(10):
        yield one


def test_a_process_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> NoReturn:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse)

    async def run() -> None:
        one = worker()
        one.start()
        async with asyncio.timeout(10):
            await until(lambda: one.restarts >= 2)
        await one.stop()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("code", "how"),
    [
        (3, "exited with code 3"),
        (-9, "was killed by SIGKILL"),
        (-35, "was killed by signal 35"),
    ],
)
def test_every_end_of_a_process_has_words(code: int, how: str) -> None:
    assert _how_it_ended(code) == how


def test_a_timeout_names_its_function_and_the_others_are_bystanders() -> None:
    async def run() -> None:
        async with serving() as one:
            culprit, other = one.invoke("slow", "1"), one.invoke("quick", "2")
            one._time_out(1, "slow")
            with pytest.raises(FunctionTimeoutError, match="exceeded by function: slow"):
                await culprit
            with pytest.raises(BystanderError, match="exceeded by function: slow"):
                await other
            assert one.running == 0

    asyncio.run(run())


def test_a_worker_that_is_to_leave_is_given_nothing_more() -> None:
    async def run() -> None:
        async with serving() as one:
            one._ready = False
            one._leaving = one._channel
            waiting = one.invoke("f", "1")
            one._received(Indexed([]))
            assert (one.running, waiting.done()) == (0, False)

    asyncio.run(run())


def test_half_a_surrogate_pair_does_not_keep_a_message_from_being_sent() -> None:
    invoke = Invoke(1, "f", "id", "half \ud800 a pair", {"Name\udfff": "\ud83d\ude00"})
    got = decode(encode(invoke))
    assert got == Invoke(1, "f", "id", "half \ufffd a pair", {"Name\ufffd": "\U0001f600"})
    whole = Result(1, "\U0001f600", [])
    assert decode(encode(whole)) == whole
