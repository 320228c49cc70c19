"""A history becomes a picture: one row for each thing that ran or happened."""

from __future__ import annotations

import json
from datetime import datetime
from xml.etree import ElementTree as ET

from local.host.durable.history import Event, Kind
from local.host.durable.view import shown_history
from local.host.ui.timeline import bars, svg


def at(second: int, kind: Kind, number: int = -1, **fields: object) -> Event:
    stamp = f"2026-11-24T10:00:{second:02}.0000000Z"
    return {"EventType": int(kind), "EventId": number, "Timestamp": stamp, **fields}


HISTORY = [
    at(0, Kind.ORCHESTRATOR_STARTED),
    at(0, Kind.EXECUTION_STARTED, Name="run", Input=None),
    at(1, Kind.TASK_SCHEDULED, 0, Name="<fetch>"),
    at(1, Kind.TIMER_CREATED, 1, FireAt="x"),
    at(1, Kind.EVENT_SENT, 2, InstanceId="@box@k", Input=json.dumps({"id": "g"})),
    at(1, Kind.TASK_SCHEDULED, 3, Name="slow"),
    at(2, Kind.TIMER_FIRED, TimerId=1, FireAt="x"),
    at(3, Kind.EVENT_RAISED, Name="g", Input="1"),
    at(4, Kind.TASK_FAILED, TaskScheduledId=0, Reason="r", Details="d"),
    at(5, Kind.EVENT_RAISED, Name="go", Input="1"),
    at(6, Kind.ORCHESTRATOR_COMPLETED),
]


def test_each_row_reaches_from_its_beginning_to_its_end() -> None:
    rows = [(b.label, b.kind, b.start.second, b.end.second, b.state) for b in bars(HISTORY)]
    assert rows == [
        ("<fetch>", "activity", 1, 4, "failed"),
        ("timer", "timer", 1, 2, "done"),
        ("@box@k", "entity", 1, 3, "done"),
        ("slow", "activity", 1, 6, "open"),
        ("go", "event", 5, 5, "mark"),
    ]


def test_the_picture_is_well_formed_and_its_text_escaped() -> None:
    picture = svg(HISTORY)
    root = ET.fromstring(picture)  # noqa: S314 - our own text
    assert len(root.findall("rect")) == 5
    assert root.findall("text")[0].text == "<fetch>"


def test_an_empty_history_has_no_picture() -> None:
    assert svg([]) == ""
    assert svg(HISTORY[:2]) == ""


def test_the_shown_history_merges_a_scheduling_into_its_end() -> None:
    shown = shown_history(HISTORY, show_output=True)
    kinds = [(line["EventType"], line.get("FunctionName") or line.get("Name")) for line in shown]
    assert kinds == [
        ("ExecutionStarted", "run"),
        ("TimerCreated", None),
        ("EventSent", None),
        ("TaskScheduled", "slow"),
        ("TimerFired", None),
        ("EventRaised", "g"),
        ("TaskFailed", "<fetch>"),
        ("EventRaised", "go"),
    ]
    assert datetime.fromisoformat(shown[6]["ScheduledTime"]).second == 1
