"""Draw an orchestration's history as a picture: what ran when, and what it waited for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from local.host.durable.history import Event, Kind, moment

WIDTH, LEFT, ROW = 900, 220, 22  # pixels
_BEGINS = {
    Kind.TASK_SCHEDULED: "activity",
    Kind.SUB_CREATED: "child",
    Kind.TIMER_CREATED: "timer",
    Kind.EVENT_SENT: "entity",
}
_ENDS = {
    Kind.TASK_COMPLETED: "done",
    Kind.SUB_COMPLETED: "done",
    Kind.TIMER_FIRED: "done",
    Kind.TASK_FAILED: "failed",
    Kind.SUB_FAILED: "failed",
}
_MARKS = {
    Kind.EVENT_RAISED: "event",
    Kind.SUSPENDED: "suspended",
    Kind.RESUMED: "resumed",
    Kind.EXECUTION_TERMINATED: "terminated",
}


@dataclass(slots=True)
class Bar:
    """One row: from `start` to `end`, the same for a mark; `state` is open, done, failed, mark."""

    label: str
    kind: str
    start: datetime
    end: datetime
    state: str = "open"


def bars(events: list[Event]) -> list[Bar]:
    """Read the rows off a history; what has not ended reaches to the last event."""
    rows: list[Bar] = []
    under_way: dict[int | str, Bar] = {}
    last = moment(events[-1]["Timestamp"]) if events else None
    for event in events:
        kind, at = Kind(event["EventType"]), moment(event["Timestamp"])
        if kind in _BEGINS and last is not None:
            bar = Bar(_label(kind, event), _BEGINS[kind], at, last)
            rows.append(bar)
            under_way[_key(event)] = bar
        elif _key(event) in under_way:
            ended = under_way.pop(_key(event))
            ended.end, ended.state = at, _ENDS.get(kind, "done")
        elif kind in _MARKS:
            label = str(event.get("Name") or _MARKS[kind])
            rows.append(Bar(label, _MARKS[kind], at, at, "mark"))
    return rows


def _key(event: Event) -> int | str:
    """What ties an end to its beginning: the task's id, or the id of an entity's answer."""
    match Kind(event["EventType"]):
        case Kind.EVENT_SENT:
            return str(json.loads(event["Input"])["id"])
        case Kind.EVENT_RAISED:
            return str(event["Name"])
        case Kind.TIMER_FIRED:
            return int(event["TimerId"])
        case kind if kind in _ENDS:
            return int(event["TaskScheduledId"])
    return int(event["EventId"])


def svg(events: list[Event]) -> str:
    """Draw a history; its text is escaped, so that it can stand in a page as it is."""
    rows = bars(events)
    if not rows:
        return ""
    start = moment(events[0]["Timestamp"])
    seconds = max((moment(events[-1]["Timestamp"]) - start).total_seconds(), 0.001)
    height = ROW * (len(rows) + 1)
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" class="timeline" role="img">']
    for number, bar in enumerate(rows):
        parts += _row(number, bar, start, seconds)
    parts += _axis(height, seconds)
    return "".join([*parts, "</svg>"])


def _row(number: int, bar: Bar, start: datetime, seconds: float) -> Iterator[str]:
    scale = (WIDTH - LEFT - 10) / seconds
    left = LEFT + (bar.start - start).total_seconds() * scale
    width = max((bar.end - bar.start).total_seconds() * scale, 2)
    top = number * ROW
    took = f"{bar.kind} {bar.label}: {(bar.end - bar.start).total_seconds():.3f} s"
    yield f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(bar.label[:30])}</text>'
    yield f"<rect class={quoteattr(f'{bar.kind} {bar.state}')} "
    yield f'x="{left:.1f}" y="{top + 4}" width="{width:.1f}" height="{ROW - 8}" rx="2">'
    yield f"<title>{escape(took)}</title></rect>"


def _axis(height: int, seconds: float) -> Iterator[str]:
    for tenth in range(0, 11, 2):
        x, label = LEFT + (WIDTH - LEFT - 10) * tenth / 10, f"{seconds * tenth / 10:.3g} s"
        yield f'<line x1="{x}" x2="{x}" y1="0" y2="{height - ROW}" class="grid"/>'
        anchor = "end" if tenth == 10 else "middle"  # its middle would be cut off
        yield f'<text x="{x}" y="{height - 6}" text-anchor="{anchor}">{label}</text>'


def _label(kind: Kind, event: Event) -> str:
    if kind is Kind.TIMER_CREATED:
        return "timer"
    if kind is Kind.EVENT_SENT:
        return str(event["InstanceId"])
    return str(event["Name"])
