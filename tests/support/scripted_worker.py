"""The durable engine on a real journal, with a worker whose answers a test gives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from local.host.clock import SYSTEM, Clock
from local.host.durable import store
from local.host.durable.engine import Engine
from local.host.durable.history import Event, Kind
from local.host.journal import Journal
from local.host.messages import Binding, Failure, Function, Result
from local.host.settings import DurableTask
from local.host.workers import LostError, Worker
from tests.support.host_clock import until

PATIENCE = 10.0  # seconds that anything may take
ROLES = {
    "orchestrator": "orchestrationTrigger",
    "act": "activityTrigger",
    "entity": "entityTrigger",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation: what the function was given, and how it ends."""

    function: str
    data: str
    future: asyncio.Future[Result]

    @property
    def given(self) -> dict[str, Any]:
        """The JSON object that the function was called with."""
        given: dict[str, Any] = json.loads(self.data)
        return given

    @property
    def id(self) -> str:
        """The instance of an orchestrator's call."""
        return str(self.given["instanceId"])

    @property
    def events(self) -> list[Event]:
        """The history of an orchestrator's call."""
        events: list[Event] = self.given["history"]
        return events

    @property
    def raised(self) -> list[str]:
        """The names of the external events in it."""
        return [e["Name"] for e in self.events if e["EventType"] == Kind.EVENT_RAISED]

    def answer(self, value: str) -> None:
        """End with a text."""
        self.future.set_result(Result(0, value, []))

    def decide(self, *actions: dict[str, object], **told: object) -> None:
        """End an orchestrator's call with these actions."""
        state = {"isDone": False, "actions": [list(actions)], **told}
        self.answer(json.dumps(state))

    def complete(self, output: object = None) -> None:
        """End an orchestration."""
        self.decide(isDone=True, output=output)

    def operated(self, *results: object, state: str | None = None) -> None:
        """End an entity's call with a result an operation."""
        told = [{"isError": False, "result": result} for result in results]
        exists = state is not None
        answer = {"entityExists": exists, "entityState": state, "results": told, "signals": []}
        self.answer(json.dumps(answer))

    def fail(self, text: str) -> None:
        """End with an exception."""
        self.future.set_result(Result(0, None, [], Failure(text, "")))

    def die(self, lost: LostError) -> None:
        """End with the worker."""
        self.future.set_exception(lost)


class ScriptedWorker:
    """Hands every invocation to the test."""

    def __init__(self) -> None:
        self.open: list[Call] = []
        self.count = 0

    def invoke(self, function: str, data: str, *_: object, **__: object) -> asyncio.Future[Result]:
        """Stand in for `Worker.invoke`."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self.open.append(Call(function, data, future))
        self.count += 1
        return future

    async def calls(self, count: int) -> list[Call]:
        """Wait until so many functions are called, no more."""
        await until(lambda: len(self.open) >= count)
        assert len(self.open) == count
        calls, self.open = self.open, []
        return calls

    async def call(self) -> Call:
        """Wait for the one function that is called."""
        (call,) = await self.calls(1)
        return call


@asynccontextmanager
async def scripted(
    folder: Path, clock: Clock = SYSTEM, **settings: int
) -> AsyncIterator[tuple[Engine, ScriptedWorker]]:
    """Run an engine with an orchestrator, an activity and an entity."""
    worker, failures = ScriptedWorker(), list[str]()
    journal = Journal(folder, store.SCHEMA, failures.append)
    engine = Engine(
        journal, cast(Worker, worker), DurableTask(**settings), strict=False, clock=clock
    )
    bindings = {name: Binding(kind, "x", out=False, fields={}) for name, kind in ROLES.items()}
    engine.catalogue.fill(Function(name, b, [b], name, {}) for name, b in bindings.items())
    await engine.restore()
    try:
        yield engine, worker
    finally:
        engine.close()
        for call in worker.open:
            call.future.cancel()
        await journal.close()
    assert failures == []


def within_patience(run: Coroutine[None, None, None]) -> None:
    """Run to the end, or fail where nothing comes."""

    async def bounded() -> None:
        async with asyncio.timeout(PATIENCE):
            await run

    asyncio.run(bounded())


async def in_state(engine: Engine, id_: str, state: str) -> str | None:
    """Wait until an instance is in a state; its output."""
    while True:
        status = await engine.status(id_)
        if status.status == state:
            return status.output
        await asyncio.sleep(0.001)
