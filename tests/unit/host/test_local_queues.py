"""A local queue keeps every message until it is dealt with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from local.host.journal import Journal
from local.host.messages import Blob
from local.host.queues.local import SCHEMA, LocalQueues, QueueItem, QueueNameError
from local.host.queues.message import UndecodableError, decoded, encoded

Use = Callable[[LocalQueues], Awaitable[None]]


def using(folder: Path, *uses: Use) -> None:
    """Use the queues of a folder, closing and opening them between the uses."""

    def fail(text: str) -> None:
        raise AssertionError(text)

    async def run(use: Use) -> None:
        journal = Journal(folder, SCHEMA, fail)
        queues = LocalQueues(journal)
        await queues.restore()
        await use(queues)
        queues.close()
        await journal.close()

    for use in uses:
        asyncio.run(run(use))


def test_a_message_waits_for_its_consumer_and_comes_in_order(tmp_path: Path) -> None:
    async def use(queues: LocalQueues) -> None:
        got: list[QueueItem] = []
        for n in range(3):
            await queues.put("jobs", str(n))
        queues.consume("jobs", got.append)
        await queues.put("jobs", "3")
        assert [item.body for item in got] == ["0", "1", "2", "3"]
        assert queues.depths() == {"jobs": 4}

    using(tmp_path, use)


def test_only_what_was_deleted_is_gone_after_a_restart(tmp_path: Path) -> None:
    async def before(queues: LocalQueues) -> None:
        got: list[QueueItem] = []
        queues.consume("jobs", got.append)
        for n in range(4):
            await queues.put("jobs", str(n))
        queues.take(got[0])
        queues.delete(got[0])
        queues.take(got[1])
        queues.give_back(got[2], 1000)
        queues.poison(got[3])

    async def after(queues: LocalQueues) -> None:
        got: list[QueueItem] = []
        queues.consume("jobs", got.append)
        # A message that was given back to wait is visible again at once: nobody else holds it.
        assert [(item.body, item.dequeues) for item in got] == [("1", 1), ("2", 0)]
        assert queues.depths() == {"jobs": 2, "jobs-poison": 1}

    using(tmp_path, before, after)


def test_a_message_of_a_poison_queue_is_never_thrown_away(tmp_path: Path) -> None:
    async def use(queues: LocalQueues) -> None:
        got: list[QueueItem] = []
        queues.consume("jobs-poison", got.append)
        await queues.put("jobs-poison", "x")
        queues.poison(got[0])
        assert queues.depths() == {"jobs-poison": 1}

    using(tmp_path, use)


def test_a_message_put_off_comes_when_it_is_due(tmp_path: Path) -> None:
    async def use(queues: LocalQueues) -> None:
        arrived = asyncio.Event()
        queues.consume("jobs", lambda _: arrived.set())
        await queues.put("jobs", "later", delay=0.05)
        assert not arrived.is_set()
        async with asyncio.timeout(10):
            await arrived.wait()

    using(tmp_path, use)


def test_an_expired_message_is_not_delivered(tmp_path: Path) -> None:
    async def use(queues: LocalQueues) -> None:
        got: list[QueueItem] = []
        queues.consume("jobs", got.append)
        await queues.put("jobs", "x", lifetime=0)
        await queues.put("jobs", "y", lifetime=-1)
        assert [item.body for item in got] == ["y"]

    using(tmp_path, use)


@pytest.mark.parametrize("name", ["ab", "a" * 64, "Jobs", "a--b", "-ab", "ab-", "a_b"])
def test_a_name_that_azure_would_refuse_is_refused(tmp_path: Path, name: str) -> None:
    async def use(queues: LocalQueues) -> None:
        with pytest.raises(QueueNameError):
            await queues.put(name, "x")

    using(tmp_path, use)


@pytest.mark.parametrize("value", ["text", "é", Blob(b"\xff\xfe")])
def test_a_body_survives_base64(value: str | Blob) -> None:
    assert decoded(encoded(value, "base64"), "base64") == value


def test_a_body_that_is_not_base64_is_told_apart() -> None:
    with pytest.raises(UndecodableError):
        decoded("not base64!", "base64")
    assert decoded("not base64!", "none") == "not base64!"
