"""Reports: one answer, as of the day on which it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared_code.fetch.paging.protocol import Answer, Ask, Cursor


@dataclass(frozen=True, slots=True)
class Dated:
    """A resource in one answer, whose parameters follow from the day (UTC) a pass begins."""

    params: Callable[[date], Mapping[str, str]]

    def ask(self, cursor: Cursor) -> Ask:
        """Everything, as of the pass's day."""
        return Ask(self.params(date.fromisoformat(cursor["day"])))

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """One page is the pass."""
        del answer
        return {**cursor, "done": True}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """Nothing is remembered from one pass to the next."""
        del cursors
        return {"day": now.date().isoformat()}
