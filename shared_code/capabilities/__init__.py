"""What each connector was seen to do: written by its conformance run, never by hand.

One file a connector, which `make capabilities` writes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent

Deletions = Literal["record", "page", "feed", "absence", "sweep"]
"""How a deletion shows: in the record or its page, in a feed, or by absence from whole lists."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What was seen of one data type that a connector reads."""

    data_type: str
    incremental: bool
    """Later syncs ask for changes only."""
    deletions: Deletions | None
    """None where no deletion was seen."""
    money: bool
    """Amounts were compared with the provider's books, and were exact to the cent."""
    attachments: bool
    pdf: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """A connector's conformance run."""

    data_types: tuple[Capability, ...]
    """In the order in which they are read."""
    passed_over: dict[str, str]
    """Checks that do not apply, and why."""

    def to_json(self) -> str:
        """Write the file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def is_certified(platform: str) -> bool:
    """Whether a connector has passed its checks."""
    return (FOLDER / f"{platform}.json").exists()


@cache
def findings_of(platform: str) -> Findings:
    """Read a connector's file; one that was never certified was seen to do nothing."""
    if not is_certified(platform):
        return Findings((), {})
    file = FOLDER / f"{platform}.json"
    read = json.loads(file.read_text(encoding="utf-8"))
    seen = tuple(Capability(**each) for each in read["data_types"])
    return Findings(seen, read["passed_over"])
