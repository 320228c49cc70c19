"""Scripted misbehaviour: which calls it hits, and what it does to them."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from local.providers.simulation.calls import path_matches
from local.providers.simulation.clock import ShiftableClock


class Action(StrEnum):
    """What a fault does to a call."""

    STATUS = "status"  # answer with a status (and body) of the script's choice
    HTML = "html"  # answer 200 (or `status`) with a web page
    TRUNCATE = "truncate"  # a complete answer whose body is cut at `bytes`
    CUT = "cut"  # the connection ends after `bytes` of the body
    DRIP = "drip"  # `bytes` at a time, `seconds` apart
    RESET = "reset"  # the connection is reset before the call is looked at
    LOSE = "lose"  # the call takes effect, then the connection is reset
    DELAY = "delay"  # `seconds` of silence, then the real answer
    HOLD = "hold"  # silence until the fault is lifted (or `seconds` passed), then the answer
    HUGE = "huge"  # a JSON body of `bytes`
    REPLACE = "replace"  # the real answer with `find` replaced by `put` in its body
    REPEAT = "repeat"  # the last answer of the same path once more, whatever was asked
    MOVE = "move"  # the real answer, after an edit moved `rows` records to the end of their list
    CROWD = "crowd"  # the real answer, after an import wrote `rows` invoices in one instant
    WITHHOLD = "withhold"  # the real answer without its last `rows` records; its counts stay
    REVERSE = "reverse"  # the real answer, its records the other way round
    CAPITALS = "capitals"  # the real answer, its UUIDs in capital letters
    BOMB = "bomb"  # a small body that inflates to JSON of `bytes`
    SKEW = "skew"  # hits no call: the provider's clock is `ahead` as long as this is in force


class Fault(BaseModel):
    """A script line: calls that match are hit `times` times after letting `after` of them pass."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    action: Action
    path: str | None = Field(None, description="whole path, end of it, or with *")
    method: str | None = None
    tenant: str | None = None
    query: str | None = Field(None, description="text that the query string holds")
    body_has: str | None = Field(None, description="text that the request body holds")
    after: int = Field(0, ge=0, description="matching calls to let pass first")
    times: int | None = Field(1, ge=1, description="how often to hit; null for ever")
    status: Annotated[int, Field(ge=100, le=599)] = 200
    headers: dict[str, str] = {}
    retry_after: int | str | None = None
    body: object = None
    seconds: float = Field(0, ge=0)
    bytes: int | None = Field(None, ge=0)
    find: str = ""
    put: str = ""
    rows: int = Field(1, ge=1, le=1_000)
    ahead: float = Field(0, description="seconds that the clock is ahead; below 0 behind")
    lasts: float | None = Field(
        None, gt=0, description="seconds of the provider's clock until it is over by itself"
    )


@dataclass(slots=True)
class ActiveFault:
    """A fault in force: how often it matched and hit, and the word that it was lifted."""

    number: int
    fault: Fault
    until: datetime | None = None
    matched: int = 0
    hit: int = 0
    lifted: asyncio.Event = field(default_factory=asyncio.Event)

    def hits_at(self, now: datetime) -> bool:
        """Count a call that matches, and tell whether it is hit."""
        self.matched += 1
        exhausted = self.fault.times is not None and self.hit >= self.fault.times
        exhausted = exhausted or (self.until is not None and now >= self.until)
        if self.matched <= self.fault.after or exhausted:
            return False
        self.hit += 1
        return True

    def as_json(self) -> dict[str, object]:
        """Tell the fault and its counts."""
        script = self.fault.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"id": self.number, "matched": self.matched, "hit": self.hit, **script}


class FaultScript:
    """The faults in force, in the order they were added; the first that matches is taken.

    Those of the clock are no call's: they move it when they are added, and back when lifted.
    """

    def __init__(self, clock: ShiftableClock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._in_force: dict[int, ActiveFault] = {}

    def add(self, fault: Fault) -> int:
        """Put a fault in force and give its number."""
        number = next(self._numbers)
        lasts = None if fault.lasts is None else timedelta(seconds=fault.lasts)
        until = None if lasts is None else self._clock.now() + lasts
        self._in_force[number] = ActiveFault(number, fault, until)
        self._clock.advance(_ahead(fault))
        return number

    def __contains__(self, number: int) -> bool:
        return number in self._in_force

    def clear(self, number: int | None = None) -> None:
        """Lift one fault, or all of them; calls that one holds go on."""
        for each in [number] if number is not None else list(self._in_force):
            if gone := self._in_force.pop(each, None):
                gone.lifted.set()
                self._clock.advance(-_ahead(gone.fault))

    def wants_memory(self) -> bool:
        """Tell whether some fault gives earlier answers again."""
        return any(each.fault.action is Action.REPEAT for each in self._in_force.values())

    def wants_body(self) -> bool:
        """Tell whether some fault looks into request bodies."""
        return any(each.fault.body_has for each in self._in_force.values())

    def take(self, request: "Asked") -> ActiveFault | None:
        """Find the fault that hits this call, and count it."""
        matching = (each for each in self._in_force.values() if request.meets(each.fault))
        now = self._clock.now()
        return next((each for each in matching if each.hits_at(now)), None)

    def as_json(self) -> list[dict[str, object]]:
        """List the faults with how often each matched and hit."""
        return [each.as_json() for each in self._in_force.values()]


def _ahead(fault: Fault) -> timedelta:
    return timedelta(seconds=fault.ahead if fault.action is Action.SKEW else 0)


class Asked(BaseModel):
    """What a fault can see of a call."""

    method: str
    path: str
    query: str = ""
    tenant: str | None = None
    body: str = ""

    def meets(self, fault: Fault) -> bool:
        """Tell whether a fault means this call."""
        return (
            fault.action is not Action.SKEW
            and (fault.path is None or path_matches(fault.path, self.path))
            and fault.method in (None, self.method)
            and fault.tenant in (None, self.tenant)
            and (fault.query is None or fault.query in self.query)
            and (fault.body_has is None or fault.body_has in self.body)
        )
