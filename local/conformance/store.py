"""A store whose power can go at any commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from shared_code.store.database import Database


class Cut(BaseException):
    """The power goes: nothing may catch it."""


class CuttableDatabase(Database):
    """The real store, with a point before and a point after each commit.

    `cut_at(n)` takes the power at the nth point from now on: at odd ones nothing was written, at
    even ones all of it. `committed` is called after each commit.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.points = 0
        self._most: int | None = None
        self._cut_at = 0
        self.committed: Callable[[], None] = lambda: None

    def cut_at(self, nth: int) -> None:
        """Take the power at a point to come; 0 for none."""
        self._cut_at = self.points + nth if nth else 0

    def allow(self, points: int | None) -> None:
        """Fail after so many points from now on: whoever writes so often goes in circles."""
        self._most = None if points is None else self.points + points

    @contextmanager
    def write(self, *, flushed: bool = True) -> Iterator[Connection]:
        """One transaction, at whose ends the power may go."""
        with super().write(flushed=flushed) as tx:
            yield tx
            self._pass()
        self._pass()
        self.committed()

    def _pass(self) -> None:
        self.points += 1
        assert self._most is None or self.points < self._most, "the sync does not come to an end"
        if self.points == self._cut_at:
            raise Cut
