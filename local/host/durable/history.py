"""History events: their kinds, their constructors, and the text the SDK is given.

An event is a dict with the names of the Durable Task Framework, stored as compact JSON.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

import msgspec

from local.host.messages import mended

Event = dict[str, Any]
NOT_SCHEDULED = -1  # the EventId of events that no decision caused

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Kind(IntEnum):
    """`EventType` on the wire."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_FAILED = 2
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_CREATED = 7
    SUB_COMPLETED = 8
    SUB_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    CONTINUE_AS_NEW = 16
    GENERIC = 17
    HISTORY_STATE = 18
    SUSPENDED = 19
    RESUMED = 20


def stamp(moment: datetime) -> str:
    """Write a time as the host does: UTC, seven digits of a second, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def moment(text: str) -> datetime:
    """Read a time; one without a zone is UTC."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def event(kind: Kind, number: int = NOT_SCHEDULED, **fields: Any) -> Event:  # noqa: ANN401 - any JSON
    """Make an event; unless it is given a `Timestamp`, it gets one when it is kept."""
    return {"EventType": int(kind), "EventId": number, **fields}


def stamped(event: Event, now: str) -> Event:
    """Say when an event happened, if it does not; `now` is a stamp."""
    return event if "Timestamp" in event else {**event, "Timestamp": now}


def dump(value: Event) -> str:
    """Write one event as text."""
    return _encode(value).decode()


def load(text: str) -> Event:
    """Read one event."""
    return _decode(text)


def parse(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Read what a function has answered; half a surrogate pair becomes U+FFFD.

    Raises:
        ValueError: it is no JSON.
    """
    if "\\ud" in text.lower():
        text = mended(json.dumps(json.loads(text), ensure_ascii=False))
    return json.loads(text)


def compact(text: str) -> str:
    """Rewrite JSON without spaces and escapes, as the host's serializer does.

    Raises:
        ValueError: it is no JSON, or holds half a surrogate pair, which no UTF-8 can.
    """
    rewritten = json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    rewritten.encode()
    return rewritten


class History:
    """The events of one execution, oldest first, and the text in which they count as played."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self._played = ""
        self._joined = 0

    def append(self, texts: list[str]) -> None:
        """Add the events of one more episode."""
        self.texts.extend(texts)

    def replay(self, new: list[str]) -> str:
        """Write the whole history as a JSON array in which only `new` has not been played."""
        if self._joined < len(self.texts):
            fresh = [_flagged(text, "true") for text in self.texts[self._joined :]]
            self._played = ",".join(filter(None, (self._played, *fresh)))
            self._joined = len(self.texts)
        return f"[{','.join(filter(None, (self._played, *(_flagged(t, 'false') for t in new))))}]"


def _flagged(text: str, played: str) -> str:
    return f'{{"IsPlayed":{played},{text[1:]}'
