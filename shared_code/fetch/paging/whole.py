"""Lists that come in one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared_code.fetch.paging.protocol import START, Answer, Ask, Cursor


@dataclass(frozen=True, slots=True)
class Whole:
    """A resource that the provider gives in one answer."""

    params: Mapping[str, str]

    def ask(self, cursor: Cursor) -> Ask:
        """Everything."""
        del cursor
        return Ask(self.params)

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """One page is the pass."""
        del cursor, answer
        return {"done": True}

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """Nothing is remembered from one pass to the next."""
        del cursors, now
        return START
