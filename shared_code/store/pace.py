"""How many records one transaction writes, where all others that write wait for its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from shared_code.store.database import Database

MOST = 1_000
"""More hardly gain anything, and all that a transaction brings is in memory until then."""

_LEAST = 100
_AT_FIRST = 250
"""What any store takes in the time, before it is known how fast this one is."""
_ALONE, _BESIDE_OTHERS = 0.065, 0.03
"""For how many seconds the lock is held at a time: so that nobody who comes waits for a tenth of
one. Many records at a time take less work for each, so it is no shorter where nobody waits."""
_WAITED = 0.005
_REMEMBERED = 5.0
"""For how many seconds others are thought to be there once one of them was waited for."""


class Pace:
    """Learns from each transaction of a load how many records the next may write.

    SQLite has one lock for all that is written, and a record takes it the longer the more there
    are: some 60 µs in a small store, 200 among a million. PostgreSQL lets others write meanwhile.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._alone_from = 0.0
        self.records = min(MOST, _AT_FIRST) if db.is_sqlite else MOST

    @contextmanager
    def write(self, records: int) -> Iterator[Connection]:
        """Begin a transaction that writes so many, and goes to the disk with what comes later."""
        asked = time.monotonic()
        with self._db.write(flushed=False) as tx:
            begun = time.monotonic()
            yield tx
        if self._db.is_sqlite and records:
            if begun - asked > _WAITED:
                self._alone_from = begun + _REMEMBERED
            self._learn(records / (time.monotonic() - begun), alone=begun >= self._alone_from)

    def _learn(self, records_a_second: float, *, alone: bool) -> None:
        fitting = records_a_second * (_ALONE if alone else _BESIDE_OTHERS)
        # Half of the way: now and then a commit copies the log back, too.
        self.records = min(MOST, max(_LEAST, round((self.records + fitting) / 2)))
