"""A resource that is asked for one thing after another, such as a report on each of some contacts.

{"day": "2026-11-24", "ids": ["7a", "9c"], "at": 1}    the second one next
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared_code.fetch.paging.protocol import Answer, Ask, Cursor


@dataclass(frozen=True, slots=True)
class Each:
    """One answer for each id; which these are is found out when the pass begins (`about`)."""

    params: Callable[[str, date], Mapping[str, str]]
    """Of an id, as of the day (UTC) on which the run began."""

    def ask(self, cursor: Cursor) -> Ask:
        """The one whose turn it is."""
        return Ask(self.params(asked_about(cursor), date.fromisoformat(cursor["day"])))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Go on to the next one."""
        del answer
        at = cursor["at"] + 1
        return {**cursor, "at": at, **({"done": True} if at == len(cursor["ids"]) else {})}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """Nothing is remembered from one pass to the next."""
        del cursors
        return {"day": now.date().isoformat()}


def about(cursor: Cursor, ids: Sequence[str]) -> Cursor:
    """Begin a pass about these; it is done if there are none."""
    return {**cursor, "ids": [*ids], "at": 0} if ids else {**cursor, "done": True}


def is_about(cursor: Cursor) -> bool:
    """Whether it was found out what a pass is about."""
    return "ids" in cursor or "done" in cursor


def asked_about(cursor: Cursor) -> str:
    """The id whose turn it is."""
    return str(cursor["ids"][cursor["at"]])
