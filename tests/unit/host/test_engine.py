"""The engine keeps its promises whatever the worker answers, and though it dies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.host.durable import orchestrations
from local.host.durable.history import compact, moment
from tests.support.host_clock import NOON, SettableClock, until
from tests.support.scripted_worker import in_state, scripted, within_patience

ACT = {"actionType": 0, "functionName": "act"}
CHILD = {"actionType": 2, "functionName": "orchestrator", "instanceId": "child"}
LONG_AGO = {"actionType": 5, "fireAt": "0001-01-01T00:00:00+14:00"}
ALL = {"actionType": 12}
WAITS = {"actionType": 6, "externalEventName": "never"}
ANEW: dict[str, object] = {"actionType": 4, "input": None}
GET = {"actionType": 7, "instanceId": "@entity@one", "operation": "get"}


def test_an_event_that_comes_too_late_does_not_harm_the_next_instance_of_its_id(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with scripted(tmp_path, max_concurrent_orchestrator_functions=1) as (engine, worker):
            await engine.start("orchestrator", "i", None)
            first = await worker.call()
            await engine.raise_event("i", "late", "1")
            await engine.start("orchestrator", "other", None)
            first.complete("old")
            other = await worker.call()
            await engine.start("orchestrator", "i", None)
            other.complete()
            second = await worker.call()
            assert second.raised == []
            second.complete("new")
            assert await in_state(engine, "i", "Completed") == '"new"'
            assert (worker.count, engine.orchestrations.live) == (3, {})

    within_patience(run())


def test_a_start_that_cannot_be_kept_leaves_its_id_free(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            with pytest.raises(UnicodeEncodeError):
                await engine.start("orchestrator", "i", '"\ud800"')
            await engine.start("orchestrator", "i", '"x"')
            (await worker.call()).complete()
            await in_state(engine, "i", "Completed")

    within_patience(run())


def test_half_a_surrogate_pair_is_no_json_that_can_be_kept() -> None:
    assert compact(r'{"a": "\ud83d\ude00"}') == '{"a":"\U0001f600"}'
    with pytest.raises(ValueError, match="surrogates not allowed"):
        compact(r'"\ud800"')


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON",
        "5",
        json.dumps({"actions": [[{"actionType": 77}]]}),
        json.dumps({"actions": [[LONG_AGO]]}),
        json.dumps({"actions": [[{**GET, "instanceId": "nobody"}]]}),
        json.dumps({"actions": [[{**ALL, "compoundActions": [CHILD, 5]}]]}),
        json.dumps({"actions": [[{**ALL, "compoundActions": [CHILD, LONG_AGO]}]]}),
    ],
)
def test_an_answer_outside_of_the_protocol_fails_its_instance(tmp_path: Path, answer: str) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            await engine.start("orchestrator", "i", None)
            (await worker.call()).answer(answer)
            output = await in_state(engine, "i", "Failed")
            assert output is not None
            assert "Orchestrator function 'orchestrator' failed: " in output
            assert engine.orchestrations.live == {}

    within_patience(run())


def test_half_a_surrogate_pair_in_an_answer_is_replaced_as_in_utf_8(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            await engine.start("orchestrator", "i", None)
            act = {**ACT, "functionName": "act\ud800"}
            (await worker.call()).decide(act)
            again = await worker.call()
            failed = [e["Reason"] for e in again.events if e["EventType"] == 6]
            assert "Activity function 'act\ufffd' failed" in failed[0]
            again.decide(act, error="no \udfff")
            output = await in_state(engine, "i", "Failed")
            assert json.loads(str(output)).endswith("no \ufffd")

    within_patience(run())


def test_a_retry_after_ages_is_put_off_for_the_longest_time_there_is(tmp_path: Path) -> None:
    async def run() -> None:
        clock = SettableClock()
        async with scripted(tmp_path, clock) as (engine, worker):
            await engine.start("orchestrator", "i", None)
            options = {"firstRetryIntervalInMilliseconds": 1000, "maxNumberOfAttempts": 3}
            options["backoffCoefficient"] = 10**300
            retried = {**ACT, "actionType": 1, "retryOptions": options}
            for seconds in (1, 6 * 86400):
                (await worker.call()).decide(retried)
                (await worker.call()).fail("planned")
                (await worker.call()).decide(retried)
                await until(lambda: clock.waits)
                clock.go(seconds)
            (await worker.call()).decide(retried)
            assert (await worker.call()).function == "act"

    within_patience(run())


def test_events_keep_their_order_when_an_orchestration_begins_anew(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            await engine.start("orchestrator", "i", None)
            first = await worker.call()
            await engine.raise_event("i", "a", "1")
            first.decide(WAITS)
            second = await worker.call()
            await engine.raise_event("i", "b", "2")
            second.decide(ANEW, isDone=True)
            third = await worker.call()
            assert third.raised == ["a", "b"]
            third.future.cancel()
        async with scripted(tmp_path) as (_, worker):
            assert (await worker.call()).raised == ["a", "b"]

    within_patience(run())


def test_the_engine_writes_the_time_of_its_own_clock(tmp_path: Path) -> None:
    async def run() -> None:
        async with scripted(tmp_path, SettableClock()) as (engine, worker):
            await engine.start("orchestrator", "i", None)
            both = {**ALL, "compoundActions": [ACT, GET]}
            (await worker.call()).decide(both)
            act, entity = await worker.calls(2)
            act.answer("1")
            entity.operated("1", state="1")
            (await worker.call()).decide(both, isDone=True)
            await in_state(engine, "i", "Completed")
            status = await engine.status("i")
            assert (status.created, status.updated) == (NOON.timestamp(), NOON.timestamp())
            events = await engine.history(status)
            assert {moment(event["Timestamp"]) for event in events} == {NOON}

    within_patience(run())


def test_the_histories_kept_are_those_of_the_instances_used_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orchestrations, "MOST_IN_MEMORY", 2)

    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            for id_ in ("cold", "warm", "hot"):
                await engine.start("orchestrator", id_, None)
                (await worker.call()).decide(WAITS)
                await in_state(engine, id_, "Running")
            for name in ("one", "two"):
                await engine.raise_event("hot", name, "1")
                (await worker.call()).decide(WAITS)
            await engine.raise_event("cold", "late", "1")
            cold = await worker.call()
            assert cold.raised == ["late"]
            cold.decide(WAITS)
            await until(lambda: not engine.orchestrations.live["cold"].busy)
            kept = {id_ for id_, one in engine.orchestrations.live.items() if one.history}
            assert kept == {"cold", "hot"}

    within_patience(run())


BAD_ANSWERS = [
    "no JSON",
    "5",
    json.dumps({"entityExists": True, "entityState": None}),
    json.dumps({"entityExists": True, "entityState": 5, "results": []}),
    json.dumps({"entityExists": True, "entityState": "5", "results": []}),
    json.dumps({"entityExists": True, "entityState": "5", "results": [5]}),
    json.dumps({"entityExists": True, "entityState": "5", "results": [{"result": "1"}]}),
]


@pytest.mark.parametrize("answer", BAD_ANSWERS)
def test_an_entitys_answer_outside_of_the_protocol_is_an_error_to_who_asked(
    tmp_path: Path, answer: str
) -> None:
    async def run() -> None:
        async with scripted(tmp_path) as (engine, worker):
            await engine.signal_entity("@entity@one", "set", None)
            (await worker.call()).operated(None, state="3")
            await engine.start("orchestrator", "i", None)
            (await worker.call()).decide(GET)
            (await worker.call()).answer(answer)
            told = json.loads((await worker.call()).events[-1]["Input"])
            assert told["exceptionType"] == "Error"
            assert "cannot be understood" in told["result"]
            await engine.signal_entity("@entity@one", "get", None)
            assert (await worker.call()).given["state"] == "3"

    within_patience(run())
