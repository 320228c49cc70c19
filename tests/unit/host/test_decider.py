"""The decider hands out the ids that the SDK expects, however an orchestration goes.

Random orchestrations run against the SDK's own executor in a simulated world. After every episode
the two must agree on the next id and on what each open id means; and going on from the last
episode must decide the same as replaying the whole history. `HOST_DIFFERENTIAL_RUNS` sets how many.
"""

from __future__ import annotations

import json
import os
import random
import warnings
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import pytest
from azure.durable_functions.models import DurableOrchestrationContext
from azure.durable_functions.orchestrator import Orchestrator

from local.host.durable.decider import Action, Decider
from local.host.durable.decisions import (
    CreateChild,
    CreateTimer,
    Decision,
    NonDeterministicError,
    ScheduleTask,
    SendRequest,
    recorded,
)
from local.host.durable.episode import State, Step, decide, read_state, trigger_input
from local.host.durable.history import Event, History, Kind, dump, stamp, stamped
from local.host.durable.store import Instance
from local.host.messages import Failure, Result
from local.host.worker import speed_up_history
from tests.support.history_events import event
from tests.support.host_clock import NOON

RUNS = int(os.environ.get("HOST_DIFFERENTIAL_RUNS", "1000"))
Steps = Generator[Any, Any, Any]
speed_up_history()  # as the host's worker does; more than half of the time would go into dates
Leaf = tuple[str, int, bool, int]  # what, a tag, whether it fails, attempts
Program = list[tuple[str, Any]]
LEAVES = ("activity", "activity", "retry", "child", "childretry", "timer", "entity", "event")


def program(rng: random.Random, *, retry_in_any: bool, failures_in_all: bool) -> Program:
    """Make a random orchestration: leaves alone, all of some, any of some, signals."""

    def leaf(*, fails: bool = True, retries: bool = True) -> Leaf:
        what = rng.choice(LEAVES)
        what = what if retries or "retry" not in what else "activity"
        return what, rng.randrange(10**6), fails and rng.random() < 0.35, rng.randint(1, 3)

    def some(**how: bool) -> list[Leaf]:
        return [leaf(**how) for _ in range(rng.randint(1, 4))]

    steps: Program = []
    for _ in range(rng.randint(1, 5)):
        dice = rng.random()
        if dice < 0.45:
            steps.append(("leaf", leaf()))
        elif dice < 0.7:
            steps.append(("all", some(fails=failures_in_all)))
        elif dice < 0.9:
            steps.append(("any", some(retries=retry_in_any)))
        else:
            steps.append(("signal", None))
    return steps


def orchestrator(steps: Program) -> Callable[[DurableOrchestrationContext], Steps]:
    """Turn a program into user code; the losing timers of each `any` are cancelled."""

    def run(context: DurableOrchestrationContext) -> Steps:
        names = iter(range(1000))
        got: list[str] = []
        for kind, what in steps:
            try:
                if kind == "leaf":
                    got.append(str((yield task(context, what, next(names)))))
                elif kind == "all":
                    tasks = [task(context, leaf, next(names)) for leaf in what]
                    got.append(str((yield context.task_all(tasks))))
                elif kind == "any":
                    tasks = [task(context, leaf, next(names)) for leaf in what]
                    winner = yield context.task_any(tasks)
                    got.append(str(winner.result)[:10])
                    for loser in tasks:
                        if hasattr(loser, "cancel") and not loser.is_completed:
                            loser.cancel()
                else:
                    context.signal_entity(df.EntityId("E", "k"), "op", 1)
            except Exception:  # noqa: BLE001 - the SDK raises nothing narrower
                got.append("caught")
        return got

    return run


def task(  # noqa: PLR0911 - one return a leaf
    context: DurableOrchestrationContext, leaf: Leaf, number: int
) -> Any:  # noqa: ANN401 - a task of the SDK
    what, tag, fails, attempts = leaf
    given, options = {"fails": fails, "tag": tag}, df.RetryOptions(100, attempts)
    match what:
        case "activity":
            return context.call_activity("A", given)
        case "retry":
            return context.call_activity_with_retry("A", options, given)
        case "child":
            return context.call_sub_orchestrator("S", given)
        case "childretry":
            return context.call_sub_orchestrator_with_retry("S", options, given)
        case "timer":
            seconds = tag % 50 + 1
            return context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
        case "entity":
            return context.call_entity(df.EntityId("E", "k"), "op", given)
        case _:
            return context.wait_for_external_event(f"e{number}")


def instance() -> Instance:
    return Instance("i", "x", "run", None, None, 0, 0, history=History([]))


@dataclass
class World:
    """What the outside owes an orchestration, paid back in random order."""

    rng: random.Random
    owed: list[Event] = field(default_factory=list)
    awaited: set[str] = field(default_factory=set)

    def take(self, decision: Decision) -> None:
        match decision:
            case ScheduleTask():
                self._owe(decision.input, Kind.TASK_COMPLETED, Kind.TASK_FAILED, decision.id)
            case CreateChild():
                self._owe(decision.input, Kind.SUB_COMPLETED, Kind.SUB_FAILED, decision.id)
            case CreateTimer() if not decision.cancelled:
                self.owed.append(event(Kind.TIMER_FIRED, TimerId=decision.id))
            case SendRequest() if not decision.request.get("signal"):
                given = json.loads(json.loads(decision.request["input"]))
                told = {"result": "3"} if not self._fails(given) else {"result": '"no"'}
                told |= {"exceptionType": "Error"} if "no" in told["result"] else {}
                name = decision.request["id"]
                self.owed.append(event(Kind.EVENT_RAISED, Name=name, Input=json.dumps(told)))

    def _owe(self, given: str | None, good: Kind, bad: Kind, number: int) -> None:
        if self._fails(json.loads(given or "{}")):
            end = event(bad, TaskScheduledId=number, Reason="r", Details="d")
        else:
            end = event(good, TaskScheduledId=number, Result="1")
        self.owed.append(end)

    def _fails(self, given: dict[str, Any]) -> bool:
        return bool(given["fails"]) and self.rng.random() < 0.8

    def await_events(self, actions: list[dict[str, Any]]) -> None:
        for action in actions:
            for leaf in [action, *action.get("compoundActions", [])]:
                name = leaf.get("externalEventName")
                if name and name not in self.awaited:
                    self.awaited.add(name)
                    self.owed.append(event(Kind.EVENT_RAISED, Name=name, Input="4"))

    def pay(self) -> list[Event]:
        self.rng.shuffle(self.owed)
        count = self.rng.randint(1, len(self.owed))
        paid, self.owed = self.owed[:count], self.owed[count:]
        return paid


def ask_sdk(
    steps: Program, of: Instance, new: list[Event]
) -> tuple[DurableOrchestrationContext, State]:
    assert of.history is not None
    body = trigger_input(of, of.history, [dump(e) for e in new])
    context = DurableOrchestrationContext.from_json(body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK warns of what it never waited for
        try:
            result = Result(0, Orchestrator(orchestrator(steps)).handle(context), [])
        except Exception as error:  # noqa: BLE001 - how the SDK tells of a failure
            result = Result(0, None, [], Failure(f"Exception: {error}", ""))
    return context, read_state(result)


def disagreement(context: DurableOrchestrationContext, decider: Decider, state: State) -> str:
    """Say where decider and SDK differ; empty if they do not."""
    if state.is_done or state.error:
        return ""
    if decider.drained and decider.next_id != context._sequence_number:
        return f"next id {decider.next_id}, the SDK has {context._sequence_number}"
    for number, open_task in context.open_tasks.items():
        if not isinstance(number, int) or isinstance(open_task, list):
            continue
        node = decider.open.get(number)
        if node is None:
            continue
        action = open_task.action_repr
        timer = type(action).__name__ == "CreateTimerAction"
        timer = timer or "timer" in str(getattr(action, "metadata", ""))
        if timer != (node.between_attempts or node.kind is Action.TIMER):
            return f"id {number} means different things"
    return ""


def commit(of: Instance, step: Step) -> None:
    assert of.history is not None
    of.history.append([dump(stamped(e, stamp(NOON))) for e in step.events])
    of.decider = step.decider
    of.episodes += 1


def live_through(seed: int, *, retry_in_any: bool, failures_in_all: bool) -> str:
    """Run one random orchestration to its end; the first disagreement, or empty."""
    rng = random.Random(seed)
    steps = program(rng, retry_in_any=retry_in_any, failures_in_all=failures_in_all)
    world, replayed, continued = World(rng), instance(), instance()
    paid = [event(Kind.EXECUTION_STARTED, Name="run", Version=None, Input=None)]
    for _ in range(80):
        new = [event(Kind.ORCHESTRATOR_STARTED), *paid]
        context, state = ask_sdk(steps, replayed, new)
        strict = decide(replayed, new, state, strict=True)
        quick = decide(continued, new, state, strict=False)
        if strict.outcome and strict.outcome.status == "Failed":
            return str(strict.outcome.output)
        if (strict.decisions, strict.outcome) != (quick.decisions, quick.outcome):
            return f"going on decided {quick.decisions}, replaying {strict.decisions}"
        assert strict.decider is not None
        if strict.outcome:
            return ""
        fault = disagreement(context, strict.decider, state)
        if fault:
            return fault
        for decision in strict.decisions:
            world.take(decision)
        world.await_events(state.actions)
        commit(replayed, strict)
        commit(continued, quick)
        if not world.owed:
            return "stuck"
        paid = world.pay()
    return "too long"


@pytest.mark.parametrize("chunk", range(10))
def test_the_ids_are_those_the_sdk_expects(chunk: int) -> None:
    for seed in range(chunk * RUNS // 10, (chunk + 1) * RUNS // 10):
        fault = live_through(seed, retry_in_any=False, failures_in_all=False)
        assert not fault, f"seed {seed}: {fault}"


def test_the_check_notices_what_the_platform_itself_gets_wrong() -> None:
    """With-retry beside a cancelled timer, and caught failures beside running retries, diverge."""
    faults = [live_through(s, retry_in_any=True, failures_in_all=True) for s in range(400)]
    assert any(faults)


def started(actions: list[dict[str, Any]]) -> Decider:
    decider = Decider("i", "x", actions=actions)
    decider.apply(event(Kind.ORCHESTRATOR_STARTED))
    decider.apply(event(Kind.EXECUTION_STARTED, Name="run"))
    return decider


ACTIVITY = {"actionType": 0, "functionName": "A", "input": "1"}
RETRY = {"firstRetryIntervalInMilliseconds": 1000, "maxNumberOfAttempts": 2}


def test_the_last_failure_of_a_retry_makes_one_more_timer() -> None:
    call = {"actionType": 1, "functionName": "A", "input": "1", "retryOptions": RETRY}
    decider = started([{"actionType": 12, "compoundActions": [call]}])
    for number, kind in ((0, "task"), (1, "timer"), (2, "task"), (3, "timer")):
        assert number in decider.decisions, kind
        if kind == "task":
            decider.apply(event(Kind.TASK_FAILED, TaskScheduledId=number))
        else:
            decider.apply(event(Kind.TIMER_FIRED, TimerId=number))
    assert decider.drained
    assert decider.next_id == 4


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, [1, 1, 1]),
        ({"backoffCoefficient": 2}, [1, 2, 4]),
        ({"backoffCoefficient": 10, "maxRetryIntervalInMilliseconds": 5000}, [1, 5, 5]),
    ],
)
def test_retries_back_off_as_asked(options: dict[str, Any], seconds: list[int]) -> None:
    options = {**RETRY, "maxNumberOfAttempts": 9, **options}
    call = {"actionType": 1, "functionName": "A", "input": "1", "retryOptions": options}
    decider = started([call])
    for number, delay in zip((0, 2, 4), seconds, strict=True):
        decider.apply(event(Kind.TASK_FAILED, TaskScheduledId=number))
        timer = decider.decisions[number + 1]
        assert isinstance(timer, CreateTimer)
        assert decider.now is not None
        assert timer.fire_at - decider.now == timedelta(seconds=delay)
        decider.apply(event(Kind.TIMER_FIRED, TimerId=number + 1))


def test_an_orchestration_may_not_end_while_a_losing_activity_runs() -> None:
    timer = {"actionType": 5, "fireAt": "2026-01-01T00:00:00.000000Z"}
    decider = started([{"actionType": 11, "compoundActions": [ACTIVITY, timer]}])
    decider.apply(event(Kind.TIMER_FIRED, TimerId=1))
    assert decider.drained
    assert not decider.finished
    decider.apply(event(Kind.TASK_COMPLETED, TaskScheduledId=0))
    assert decider.finished


def test_a_cancelled_timer_is_recorded_and_keeps_nothing_from_ending() -> None:
    timer = {"actionType": 5, "fireAt": "2026-01-01T00:00:00.000000Z", "isCanceled": True}
    decider = started([timer])
    assert decider.finished
    assert decider.decisions[0].kind is Kind.TIMER_CREATED


def test_events_wait_for_whoever_asks_and_the_rest_goes_along() -> None:
    decider = started([{"actionType": 6, "externalEventName": "GO"}])
    decider.apply(event(Kind.EVENT_RAISED, Name="other", Input="1"))
    decider.apply(event(Kind.EVENT_RAISED, Name="go", Input="2"))
    assert decider.finished
    assert [e["Name"] for e in decider.unconsumed] == ["other"]


def test_a_suspended_orchestration_decides_nothing_until_it_is_resumed() -> None:
    decider = started([ACTIVITY, {**ACTIVITY, "functionName": "B"}])
    decider.apply(event(Kind.SUSPENDED, Reason="r"))
    decider.apply(event(Kind.TASK_COMPLETED, TaskScheduledId=0))
    assert list(decider.decisions) == [0]
    decider.apply(event(Kind.RESUMED, Reason="r"))
    assert list(decider.decisions) == [0, 1]


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (event(Kind.TASK_SCHEDULED, 0, Name="B"), "named 'B', but the current orchestration"),
        (event(Kind.TIMER_CREATED, 0), "a timer task with sequence number 0 named but the current"),
        (
            event(Kind.TASK_SCHEDULED, 1, Name="A"),
            "ID 1 and name 'A' (version ''), but the current",
        ),
        (event(Kind.SUB_CREATED, 0, Name="A"), "produced a ScheduleTaskOrchestratorAction action"),
    ],
)
def test_code_that_decides_otherwise_than_before_is_found_out(history: Event, text: str) -> None:
    with pytest.raises(NonDeterministicError, match="Was a change made") as caught:
        started([ACTIVITY]).apply(history)
    assert text in str(caught.value)


def test_a_decision_is_recorded_so_that_it_is_recognised() -> None:
    decider = started([ACTIVITY])
    decider.apply(recorded(decider.decisions[0]))
    assert decider.decisions == {}
