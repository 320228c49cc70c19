"""Of all that was under way when the worker died, the culprit is failed and nothing else."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from local.host.durable.engine import Engine
from local.host.durable.suspicion import MOST_DEATHS
from local.host.workers import BystanderError, FunctionTimeoutError, WorkerDiedError
from tests.support.host_clock import until
from tests.support.scripted_worker import Call, ScriptedWorker, in_state, scripted, within_patience

DIED = WorkerDiedError("The worker process was killed by SIGKILL.")


async def began(engine: Engine, worker: ScriptedWorker, *ids: str) -> list[Call]:
    """Start orchestrations; their first calls."""
    for id_ in ids:
        await engine.start("orchestrator", id_, None)
    return await worker.calls(len(ids))


async def signalled(engine: Engine, worker: ScriptedWorker, key: str, *names: str) -> Call:
    """Send operations to an entity all at once; its first call."""
    await engine.signal_entity(f"@entity@{key}", "first", None)
    first = await worker.call()
    for name in names:
        await engine.signal_entity(f"@entity@{key}", name, None)
    first.operated(None, state="0")
    return await worker.call()


def operations(call: Call) -> list[str]:
    return [item["name"] for item in call.given["batch"]]


def test_orchestrations_and_entities_run_one_at_a_time_once_the_worker_has_died(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            under_way = await began(engine, worker, "a", "b")
            under_way.append(await signalled(engine, worker, "one", "x"))
            under_way.append(await signalled(engine, worker, "two", "x"))
            for call in under_way:
                call.die(DIED)
            functions = []
            for _ in under_way:
                call = await worker.call()
                functions.append(call.function)
                call.complete() if call.function == "orchestrator" else call.operated(None)
            assert sorted(functions) == ["entity", "entity", "orchestrator", "orchestrator"]

    within_patience(run())


def test_the_operation_that_kills_the_worker_is_refused_and_those_beside_it_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            batch = await signalled(engine, worker, "one", "before", "kills", "after")
            innocent = await signalled(engine, worker, "two", "innocent")
            assert operations(batch) == ["before", "kills", "after"]
            batch.die(DIED)
            innocent.die(DIED)
            deaths, done = 0, list[str]()
            while len(done) < 3:
                call = await worker.call()
                (name,) = operations(call)
                if name == "kills":
                    deaths += 1
                    call.die(DIED)
                else:
                    done.append(name)
                    call.operated(None, state="1")
            assert deaths == MOST_DEATHS
            assert sorted(done) == ["after", "before", "innocent"]

    with caplog.at_level(logging.ERROR, "local.host"):
        within_patience(run())
    assert "Entity @entity@one failed 1 operations: the worker process died 3 times" in caplog.text
    assert "@entity@two failed" not in caplog.text


def test_who_waits_for_the_operation_that_kills_the_worker_is_told(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            (call,) = await began(engine, worker, "i")
            call.decide({"actionType": 7, "instanceId": "@entity@one", "operation": "kills"})
            for _ in range(MOST_DEATHS):
                (await worker.call()).die(DIED)
            told = json.loads((await worker.call()).events[-1]["Input"])
            assert told["exceptionType"] == "Error"
            assert "died 3 times while it ran" in told["result"]

    within_patience(run())


def test_an_orchestration_that_kills_the_worker_each_time_is_failed(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            (call,) = await began(engine, worker, "i")
            call.die(DIED)
            for _ in range(MOST_DEATHS - 1):
                (await worker.call()).die(DIED)
            assert f"died {MOST_DEATHS} times" in str(await in_state(engine, "i", "Failed"))
            (call,) = await began(engine, worker, "next")
            call.complete()
            await in_state(engine, "next", "Completed")

    within_patience(run())


def test_a_timeout_is_held_against_its_function_alone(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            culprit, bystander = await began(engine, worker, "culprit", "bystander")
            for _ in range(MOST_DEATHS - 1):
                culprit.die(FunctionTimeoutError("Timeout value exceeded"))
                bystander.die(BystanderError("The worker process was killed."))
                calls = {call.id: call for call in await worker.calls(2)}
                culprit, bystander = calls["culprit"], calls["bystander"]
            culprit.die(FunctionTimeoutError("Timeout value exceeded"))
            await in_state(engine, "culprit", "Failed")
            for _ in range(MOST_DEATHS):
                bystander.die(BystanderError("The worker process was killed."))
                bystander = await worker.call()
            bystander.complete()
            await in_state(engine, "bystander", "Completed")

    within_patience(run())


def test_a_stopping_host_leaves_what_was_under_way_for_the_next_start(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            (call,) = await began(engine, worker, "i")
            operation = await signalled(engine, worker, "one", "x")
            engine.close()
            for each in (call, operation):
                each.die(DIED)
            await engine.wait()
        async with scripted(tmp_path) as (engine, worker):
            calls = await worker.calls(2)
            assert sorted(one.function for one in calls) == ["entity", "orchestrator"]
            for one in calls:
                one.complete() if one.function == "orchestrator" else one.operated(None)
            await in_state(engine, "i", "Completed")
            await until(lambda: worker.count == 2)

    within_patience(run())
