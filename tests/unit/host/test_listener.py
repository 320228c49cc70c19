"""A queue trigger deals with every message it has taken, also while it is stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from local.host.journal import Journal
from local.host.messages import Binding, Blob, Failure, Function, Result
from local.host.queues.listener import LocalListener
from local.host.queues.local import SCHEMA, LocalQueues
from local.host.settings import Queues
from local.host.workers import WorkerDiedError
from tests.support.host_clock import until

TRIGGER = Binding("queueTrigger", "msg", out=False, fields={})
FUNCTION = Function("f", TRIGGER, [TRIGGER], "f", {})
SETTINGS = Queues.model_validate({"messageEncoding": "none"})


class Watched:
    """A function whose calls a test ends."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, asyncio.Future[Result]]] = []

    async def run(self, function: Function, body: str | Blob, metadata: dict[str, str]) -> Result:
        """Wait for the test."""
        del function
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self.calls.append((f"{body} {metadata['DequeueCount']}", future))
        return await future


def fail(text: str) -> None:
    raise AssertionError(text)


@pytest.mark.parametrize("how", [Failure("planned", ""), WorkerDiedError("it died")])
def test_a_message_that_fails_while_its_trigger_is_replaced_comes_again(
    tmp_path: Path, how: Failure | WorkerDiedError
) -> None:
    async def run() -> None:
        journal = Journal(tmp_path, SCHEMA, fail)
        queues = LocalQueues(journal)
        old, new = Watched(), Watched()
        listener = LocalListener(queues, FUNCTION, "jobs", settings=SETTINGS, run=old.run)
        listener.start()
        await queues.put("jobs", "x")
        await until(lambda: bool(old.calls))
        stopping = asyncio.ensure_future(listener.stop())
        await asyncio.sleep(0)
        if isinstance(how, Failure):
            old.calls[0][1].set_result(Result(0, None, [], how))
        else:
            old.calls[0][1].set_exception(how)
        await stopping
        again = LocalListener(queues, FUNCTION, "jobs", settings=SETTINGS, run=new.run)
        again.start()
        async with asyncio.timeout(10):
            await until(lambda: bool(new.calls))
        assert new.calls[0][0] == "x 2"
        new.calls[0][1].set_result(Result(0, None, []))
        await again.stop()
        assert queues.depths() == {"jobs": 0}
        queues.close()
        await journal.close()

    asyncio.run(run())
