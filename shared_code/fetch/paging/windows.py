"""Lists that are asked for by a span of time, of which a provider allows only so much at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor, Paging


@dataclass(frozen=True, slots=True)
class Windows:
    """A pass window by window, oldest first; within a window another strategy reads to the end.

    The next pass begins `overlap` before the end of this one: as long as a record may still change
    or turn up late.
    """

    inner: Paging
    span: Callable[[datetime, datetime], Mapping[str, str]]
    """Writes a window as parameters."""
    history: timedelta
    """How far back the first pass goes."""
    length: timedelta
    overlap: timedelta

    def ask(self, cursor: Cursor) -> Ask:
        """The inner strategy's request, within the window."""
        asked = self.inner.ask(cursor.get("inner", START))
        if asked.url is not None:
            return asked
        return replace(asked, params={**asked.params, **self.span(*self._window(cursor))})

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """Read the window to its end, then open the next."""
        inner = self.inner.advance(cursor.get("inner", START), answer)
        if not inner.get("done"):
            return {**cursor, "inner": inner}
        _, upper = self._window(cursor)
        if upper >= datetime.fromisoformat(cursor["until"]):
            return {"until": cursor["until"], "done": True}
        return self._open(upper, cursor["until"])

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """From `overlap` before where the earliest pass ended, up to now."""
        ends = [cursor.get("until") for cursor in cursors]
        lower = now - self.history
        if ends and None not in ends:
            oldest = min(datetime.fromisoformat(str(end)) for end in ends)
            lower = max(lower, oldest - self.overlap)
        return self._open(lower, now.isoformat())

    def _open(self, lower: datetime, until: str) -> Cursor:
        inner = self.inner.merge([], datetime.fromisoformat(until))
        return {"from": lower.isoformat(), "until": until, "inner": dict(inner)}

    def _window(self, cursor: Cursor) -> tuple[datetime, datetime]:
        lower = datetime.fromisoformat(cursor["from"])
        return lower, min(lower + self.length, datetime.fromisoformat(cursor["until"]))
