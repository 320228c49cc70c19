"""What an orchestration has decided to do, and how a decision is recorded and recognised again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.host.durable.history import Event, Kind, event, stamp


class NonDeterministicError(Exception):
    """The code decided otherwise than the history says it did before."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"Non-Deterministic workflow detected: {text} Was a change made to the orchestrator "
            "code after this instance had already started running?"
        )


@dataclass(frozen=True, slots=True)
class ScheduleTask:
    """Run an activity; `input` is JSON text."""

    id: int
    name: str
    input: str | None
    kind = Kind.TASK_SCHEDULED
    label = "ScheduleTaskOrchestratorAction"


@dataclass(frozen=True, slots=True)
class CreateChild:
    """Start a sub-orchestration; `input` is JSON text."""

    id: int
    name: str
    input: str | None
    instance: str
    version: str | None
    kind = Kind.SUB_CREATED
    label = "CreateSubOrchestrationAction"


@dataclass(frozen=True, slots=True)
class CreateTimer:
    """Fire at a time; a cancelled timer is recorded and never fires."""

    id: int
    fire_at: datetime
    cancelled: bool
    kind = Kind.TIMER_CREATED
    label = "CreateTimerOrchestratorAction"


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send an operation to an entity (`@name@key`); `request` is the message."""

    id: int
    target: str
    request: dict[str, Any]
    kind = Kind.EVENT_SENT
    label = "SendEventOrchestratorAction"


Decision = ScheduleTask | CreateChild | CreateTimer | SendRequest


SCHEDULED = {
    Kind.TASK_SCHEDULED: "an activity",
    Kind.SUB_CREATED: "a sub-orchestration",
    Kind.TIMER_CREATED: "a timer",
    Kind.EVENT_SENT: "a send event",
}


def recorded(decision: Decision) -> Event:
    """Make the history event that records a decision."""
    match decision:
        case ScheduleTask():
            return event(decision.kind, decision.id, Name=decision.name, Version="", Input=None)
        case CreateChild():
            return event(
                decision.kind,
                decision.id,
                Name=decision.name,
                Version=decision.version,
                InstanceId=decision.instance,
                Input=None,
            )
        case CreateTimer():
            return event(decision.kind, decision.id, FireAt=stamp(decision.fire_at))
        case SendRequest():
            text = json.dumps(decision.request, separators=(",", ":"), ensure_ascii=False)
            return event(
                decision.kind, decision.id, InstanceId=decision.target, Name="op", Input=text
            )


def mismatch(kind: int, event: Event, decision: Decision | None) -> str:
    """Compare a recorded decision with the one just made; empty if they agree."""
    number, what = event["EventId"], SCHEDULED[Kind(kind)]
    told = f"A previous execution of this orchestration scheduled {what} task with sequence"
    name = event.get("Name")
    if decision is None:
        named = f" and name '{name}' (version '{event.get('Version') or ''}')" if name else ""
        return (
            f"{told} ID {number}{named}, but the current replay execution hasn't (yet?) scheduled "
            "this task."
        )
    if decision.kind != kind:
        named = f"'{name}' " if kind in (Kind.TASK_SCHEDULED, Kind.SUB_CREATED) else ""
        return (
            f"{told} number {number} named {named}but the current orchestration replay instead "
            f"produced a {decision.label} action with this sequence number."
        )
    if (
        isinstance(decision, ScheduleTask | CreateChild)
        and decision.name.lower() != str(name).lower()
    ):
        return (
            f"{told} number {number} named '{name}', but the current orchestration replay instead "
            f"scheduled '{decision.name}' with this sequence number."
        )
    return ""
