"""An instance as the management API shows it: the status document and its history."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from local.host.durable.engine import Status, parsed
from local.host.durable.history import Event, Kind

_HIDDEN = (Kind.ORCHESTRATOR_STARTED, Kind.ORCHESTRATOR_COMPLETED)
_SCHEDULES = (Kind.TASK_SCHEDULED, Kind.SUB_CREATED)
_ENDS = (Kind.TASK_COMPLETED, Kind.TASK_FAILED, Kind.SUB_COMPLETED, Kind.SUB_FAILED)
_NAMES = {
    Kind.SUB_CREATED: "SubOrchestrationInstanceCreated",
    Kind.SUB_COMPLETED: "SubOrchestrationInstanceCompleted",
    Kind.SUB_FAILED: "SubOrchestrationInstanceFailed",
    Kind.SUSPENDED: "ExecutionSuspended",
    Kind.RESUMED: "ExecutionResumed",
}


def document(status: Status, *, show_input: bool = True) -> dict[str, Any]:
    """Make the status document, without history."""
    return {
        "name": status.name,
        "instanceId": status.id,
        "runtimeStatus": status.status,
        "input": parsed(status.input) if show_input else None,
        "customStatus": parsed(status.custom_status),
        "output": parsed(status.output),
        "createdTime": _second(status.created),
        "lastUpdatedTime": _second(status.updated),
    }


def shown_history(events: list[Event], *, show_output: bool) -> list[dict[str, Any]]:
    """Make `historyEvents`: schedulings are merged into the ends they led to."""
    shown: list[dict[str, Any]] = []
    scheduled: dict[int, dict[str, Any]] = {}
    for event in events:
        kind = Kind(event["EventType"])
        if kind in _HIDDEN:
            continue
        line = _line(kind, event)
        if kind in _SCHEDULES:
            scheduled[event["EventId"]] = line
        if kind in _ENDS:
            _merge(shown, line, scheduled.pop(event["TaskScheduledId"], None))
        if show_output and event.get("Result") is not None:
            line["Result"] = json.loads(event["Result"])
        shown.append(line)
    return shown


def _line(kind: Kind, event: Event) -> dict[str, Any]:
    name = _NAMES.get(kind) or "".join(part.capitalize() for part in kind.name.split("_"))
    line: dict[str, Any] = {"EventType": name, "Timestamp": event["Timestamp"]}
    for key in ("Name", "Reason", "Details", "FireAt", "OrchestrationStatus"):
        if event.get(key) is not None:
            line[key] = event[key]
    if kind is Kind.EXECUTION_STARTED:
        line["FunctionName"] = line.pop("Name")
    if kind is Kind.EXECUTION_TERMINATED:
        line["Reason"] = event.get("Input")
    if kind is Kind.EVENT_RAISED:
        line["Input"] = event.get("Input")
    return line


def _merge(shown: list[dict[str, Any]], line: dict[str, Any], cause: dict[str, Any] | None) -> None:
    if cause is not None:
        shown.remove(cause)
        line["FunctionName"] = cause["Name"]
        line["ScheduledTime"] = cause["Timestamp"]


def _second(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
