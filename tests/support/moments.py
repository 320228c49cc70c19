"""Interrupt what works with the store at a moment that is counted, not timed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import event

from shared_code.store.database import Database


class Moments:
    """The moments just before a statement or a commit goes to the store, counted from 0."""

    def __init__(self) -> None:
        self.seen = 0
        self._next = count()
        self._awaited: int | None = None
        self._act: Callable[[], None] | None = None

    def interrupt(self, moment: int, act: Callable[[], None]) -> None:
        """Do something once, so many moments from now."""
        self._next, self._awaited, self._act = count(), moment, act

    def come(self, *_: Any) -> None:  # noqa: ANN401 - what the events bring
        self.seen += 1
        if next(self._next) == self._awaited and self._act is not None:
            self._act()


@contextmanager
def moments_of(db: Database) -> Iterator[Moments]:
    """Count the moments of all who work with an opened store."""
    moments = Moments()
    for name in ("before_cursor_execute", "commit"):
        event.listen(db.engine, name, moments.come)
    try:
        yield moments
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(db.engine, name, moments.come)
