"""Kinds of misbehaviour that can be switched on and off, by a test or on the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from local.providers.oauth.grants import GrantStore
from local.providers.simulation.faults import Action, Fault, FaultScript

SKEW = timedelta(minutes=7)
SLIP = Decimal("10.00")
STORM = 30
CROWD = 250
WITHHELD = 2
MOST = 1_000
BOMB = 64_000_000


class Steered(Protocol):
    """What the switches act on: a simulator."""

    script: FaultScript
    grants: GrantStore
    api: str
    slip: Decimal


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of misbehaviour; `fault` makes its script line for an API, if it is one."""

    name: str
    does: str
    fault: Callable[[str], Fault] | None = None


def _line(action: Action, times: int | None = None, **more: object) -> Callable[[str], Fault]:
    return lambda api: Fault.model_validate({"action": action, "path": api, "times": times, **more})


KINDS = (
    Kind(
        "storm",
        f"The next {STORM} calls are refused with 429 and Retry-After 1.",
        _line(Action.STATUS, STORM, status=429, retry_after=1),
    ),
    Kind(
        "slow-drip",
        "Answers come 400 bytes at a time, a fifth of a second apart.",
        _line(Action.DRIP, bytes=400, seconds=0.2),
    ),
    Kind(
        "truncated",
        "Answers are complete by their head, and half by their body.",
        _line(Action.TRUNCATE),
    ),
    Kind("html", "Answers are a sign-in page with status 200.", _line(Action.HTML)),
    Kind("unavailable", "Answers are 503 without a word.", _line(Action.STATUS, status=503)),
    Kind("lost", "Connections break before a call is looked at.", _line(Action.RESET)),
    Kind(
        "duplicate-pages",
        "A list's first page is given again for each next one.",
        _line(Action.REPEAT),
    ),
    Kind(
        "moved-rows",
        "Before each answer an edit moves the oldest record to the end of its list.",
        _line(Action.MOVE),
    ),
    Kind(
        "crowded-second",
        f"Before the next answer an import writes {CROWD} invoices, all in one instant.",
        _line(Action.CROWD, 1, rows=CROWD),
    ),
    Kind(
        "withheld-rows",
        f"Each page of a list lacks its last {WITHHELD} records, and counts them all the same.",
        _line(Action.WITHHOLD, rows=WITHHELD),
    ),
    Kind(
        "empty-pages",
        "Pages come without records, and lead to the next all the same.",
        _line(Action.WITHHOLD, rows=MOST),
    ),
    Kind("unsorted", "Each page comes the other way round.", _line(Action.REVERSE)),
    Kind("capital-ids", "Ids come in capital letters.", _line(Action.CAPITALS)),
    Kind(
        "gzip-bomb",
        f"Answers of some kilobytes inflate to {BOMB // 1_000_000} MB.",
        _line(Action.BOMB, bytes=BOMB),
    ),
    Kind(
        "clock-skew",
        f"The provider's clock is {SKEW.seconds // 60} minutes ahead.",
        _line(Action.SKEW, ahead=SKEW.total_seconds()),
    ),
    Kind("family-revocation", "A refresh token that is used twice ends its grant at once."),
    Kind(
        "wrong-figures",
        f"Reports, and what contacts owe, are {SLIP} off from what the books come to.",
    ),
)


class Switches:
    """Which kinds are on."""

    def __init__(self, steered: Steered) -> None:
        self._steered = steered
        self._faults: dict[str, int] = {}
        self._undo: dict[str, Callable[[], None]] = {}

    def turn(self, name: str, *, on: bool) -> None:
        """Switch a kind on or off; repeating it changes nothing, raises LookupError."""
        kind = next((each for each in KINDS if each.name == name), None)
        if kind is None:
            known = ", ".join(each.name for each in KINDS)
            raise LookupError(f"There is no misbehaviour '{name}'; these are: {known}")
        if on == self.is_on(name):
            return
        if on:
            self._switch_on(kind)
        elif kind.fault:
            self._steered.script.clear(self._faults.pop(name))
        else:
            self._undo.pop(name)()

    def is_on(self, name: str) -> bool:
        """Tell whether a kind is on; a script line that somebody lifted is not."""
        return name in self._undo or self._faults.get(name, 0) in self._steered.script

    def as_json(self) -> list[dict[str, object]]:
        """List all kinds."""
        return [
            {"name": each.name, "does": each.does, "on": self.is_on(each.name)} for each in KINDS
        ]

    def _switch_on(self, kind: Kind) -> None:
        steered = self._steered
        if kind.fault:
            self._faults[kind.name] = steered.script.add(kind.fault(steered.api))
        else:
            self._undo[kind.name] = _STATES[kind.name](steered)


def _end_families(steered: Steered) -> Callable[[], None]:
    usual = steered.grants.policy
    steered.grants.policy = replace(usual, grace=timedelta())

    def undo() -> None:
        steered.grants.policy = usual

    return undo


def _slip(steered: Steered) -> Callable[[], None]:
    steered.slip = SLIP

    def undo() -> None:
        steered.slip = Decimal(0)

    return undo


_STATES: Mapping[str, Callable[[Steered], Callable[[], None]]] = {
    "family-revocation": _end_families,
    "wrong-figures": _slip,
}
