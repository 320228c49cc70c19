"""A duty's turn: so much time and so many rows; what is left is done in the next one.

The host ends a function that takes too long, and whatever else its process does. And what cannot be
done must not stand before everything behind it for ever: it is logged, put off, and met again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Row

from shared_code.ports.clock import Clock

SECONDS = 60.0
"""After so long a duty begins nothing more: a tenth of what the host gives a function."""

ROWS = 100
"""Things that one turn takes up."""

PUT_OFF = timedelta(minutes=10)
"""How long until something that failed is tried again."""

T = TypeVar("T")

_NAMES = ("company_id", "connection_id", "id")

_log = structlog.get_logger(__name__)


class Turn:
    """One turn of a duty: its bounds, and what came of it."""

    def __init__(self, clock: Clock, *, rows: int = ROWS, seconds: float = SECONDS) -> None:
        self.clock = clock
        self.done = 0
        self.failed = 0
        self.left = 0
        """At least so many things wait for the next turn."""
        self.sight = rows + 1
        """Rows to look for: those of a turn, and one that tells whether more are left."""
        self._rows = rows
        self._until = clock.now() + timedelta(seconds=seconds)

    @property
    def is_over(self) -> bool:
        """Whether the time is used up."""
        return self.clock.now() >= self._until

    def each(
        self, found: Sequence[T], do: Callable[[T], int], put_off: Callable[[T, datetime], None]
    ) -> int:
        """Attempt one thing after another, as far as time and rows go; gives what was done."""
        before = self.done
        for number, thing in enumerate(found):
            if number >= self._rows or self.is_over:
                self.left += len(found) - number
                break
            self.attempt(thing, do, put_off)
        return self.done - before

    def attempt(
        self,
        thing: T,
        do: Callable[[T], int],
        put_off: Callable[[T, datetime], None] | None = None,
    ) -> int:
        """Do one thing; gives what `do` gives, and 0 where it fails.

        A failure is logged, and `put_off` told until when the thing is not to be found again.
        """
        try:
            done = do(thing)
        # Whatever it is, the others have their turn.
        except Exception as error:  # noqa: BLE001
            self.failed += 1
            _log.exception("duty failed", at=_name(thing), reason=str(error))
            if put_off:
                put_off(thing, self.clock.now() + PUT_OFF)
            return 0
        self.done += done
        return done


def _name(thing: object) -> str:
    """Say which it was, without what else its row holds."""
    if isinstance(thing, Row):
        names = thing._mapping  # noqa: SLF001 - the public name of a row's mapping
        return " ".join(f"{each}={names[each]}" for each in _NAMES if each in names)
    return str(thing)
