"""One episode of an orchestration: what the function is given, and what follows from its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.host.durable.decider import Decider
from local.host.durable.decisions import Decision, NonDeterministicError, recorded
from local.host.durable.history import Event, History, Kind, event, load, parse
from local.host.durable.store import Instance
from local.host.messages import Result

MARKER = "\n\n$OutOfProcData$:"
LARGEST_STATUS = 16  # kB of UTF-16
# Azure Storage timers are split by the SDK into pieces of these lengths.
_TIMER_LIMITS = (
    '"longRunningTimerIntervalDuration":"3.00:00:00","maximumShortTimerDuration":"6.00:00:00"'
)
_PLAIN_ENDS = (Kind.TASK_COMPLETED, Kind.SUB_COMPLETED, Kind.TIMER_FIRED)


@dataclass(frozen=True, slots=True)
class State:
    """The orchestrator function's answer; `error` is the text of what it raised."""

    actions: list[dict[str, Any]]
    is_done: bool
    output: Any
    error: str | None
    custom_status: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an execution ended; `output` is any JSON value, a text when it failed."""

    status: str
    output: Any


@dataclass(frozen=True, slots=True)
class Step:
    """What an episode adds to the history, decides, and perhaps ends with."""

    events: list[Event]
    decisions: list[Decision]
    outcome: Outcome | None
    custom_status: str | None
    decider: Decider | None


def trigger_input(instance: Instance, history: History, new: list[str]) -> str:
    """Write the JSON text that the orchestrator function is called with."""
    parent = json.dumps(instance.parent.instance if instance.parent else None)
    return (
        f'{{"history":{history.replay(new)},"input":{instance.input or "null"},'
        f'"instanceId":{json.dumps(instance.id)},"isReplaying":false,"parentInstanceId":{parent},'
        f'"upperSchemaVersion":1,"upperSchemaVersionNew":2,{_TIMER_LIMITS},'
        '"defaultHttpAsyncRequestSleepTimeMillseconds":30000}'
    )


def read_state(result: Result) -> State:
    """Read what the SDK answered, or raised with its answer in the text."""
    answer = str(result.value or "{}")
    if result.failure is not None:
        message, marker, answer = result.failure.message.partition(MARKER)
        if not marker:
            return State([], is_done=False, output=None, error=message, custom_status=None)
    told = parse(answer)
    is_done, error = bool(told.get("isDone")), told.get("error")
    # Seen on the real host: after a failed serialization of the output it takes no actions.
    actions = [] if is_done and error else [a for part in told.get("actions", []) for a in part]
    custom = json.dumps(told["customStatus"]) if told.get("customStatus") is not None else None
    return State(actions, is_done, told.get("output"), error, custom)


def can_skip(decider: Decider | None, new: list[Event]) -> bool:
    """Whether the function need not be called: a `task_all` is sure to go on waiting."""
    return (
        decider is not None
        and all(e["EventType"] in _PLAIN_ENDS for e in new)
        and len(new) < decider.still_missing
    )


def skip(instance: Instance, decider: Decider, new: list[Event]) -> Step:
    """Record events that cannot change anything yet."""
    for item in new:
        decider.apply(item)
    events = [*new, event(Kind.ORCHESTRATOR_COMPLETED)]
    return Step(events, [], None, instance.custom_status, decider)


def decide(instance: Instance, new: list[Event], state: State, *, strict: bool) -> Step:
    """Work out what follows from the function's answer.

    Args:
        instance: as it is before this episode; its history is loaded.
        new: this episode's events, `OrchestratorStarted` first.
        strict: replay the whole history through the decider rather than go on from before.
    """
    decider = instance.decider
    fresh = strict or decider is None or decider.drained or not decider.extend(state.actions)
    if fresh or decider is None:
        decider = Decider(instance.id, instance.execution, actions=state.actions)
    try:
        if fresh and instance.history is not None:
            for text in instance.history.texts:
                decider.apply(load(text))
        for item in new:
            decider.apply(item)
        outcome = _outcome(instance, decider, new, state)
    except NonDeterministicError as error:
        outcome = Outcome("Failed", str(error))
    decisions = [decider.decisions[number] for number in sorted(decider.decisions)]
    decider.decisions.clear()
    return ended(instance, new, outcome, decider=decider, state=state, decisions=decisions)


def ended(  # noqa: PLR0913 - the parts of a step
    instance: Instance,
    new: list[Event],
    outcome: Outcome | None,
    *,
    decider: Decider | None = None,
    state: State | None = None,
    decisions: list[Decision] | None = None,
) -> Step:
    """Put an episode's events together."""
    events = list(new)
    if instance.generation and instance.episodes == 0:
        events.append(event(Kind.ORCHESTRATOR_COMPLETED))  # as after every continue-as-new
    events += [recorded(decision) for decision in decisions or ()]
    if outcome is not None and outcome.status != "ContinuedAsNew":
        output = json.dumps(outcome.output)
        events.append(
            event(Kind.EXECUTION_COMPLETED, OrchestrationStatus=outcome.status, Result=output)
        )
    events.append(event(Kind.ORCHESTRATOR_COMPLETED))
    custom = state.custom_status if state else instance.custom_status
    return Step(events, decisions or [], outcome, custom, decider)


def failed(instance: Instance, text: str) -> Outcome:
    """Word a failure as the host does."""
    return Outcome("Failed", f"Orchestrator function '{instance.name}' failed: {text}")


def _outcome(
    instance: Instance, decider: Decider, new: list[Event], state: State
) -> Outcome | None:
    for item in new:
        if item["EventType"] == Kind.EXECUTION_TERMINATED:
            return Outcome("Terminated", item.get("Input"))
    error = state.error if decider.finished else None
    error = _too_large(state.custom_status) or error
    if error:
        return failed(instance, error)
    if not (state.is_done and decider.finished):
        return None
    if decider.continues:
        return Outcome("ContinuedAsNew", decider.continue_input)
    return Outcome("Completed", state.output)


def _too_large(custom_status: str | None) -> str | None:
    size = len((custom_status or "").encode("utf-16-le")) / 1024
    if size <= LARGEST_STATUS:
        return None
    return (
        "The UTF-16 size of the JSON-serialized payload must not exceed "
        f"{LARGEST_STATUS} KB. The current payload is {size:.0f} KB."
    )
