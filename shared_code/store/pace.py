"""How many records a load writes in one transaction, for whose end all others that write wait."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from shared_code.store.database import Database
from shared_code.store.turns import is_awaited

MOST = 1_000
"""The most records of a portion, after which a load looks whether anybody waits."""
PORTIONS = 4
"""As many portions are worth a transaction, if nobody waits for its end. More hardly gain anything,
and all that it brings is in memory until then."""

_LEAST = 100
"""The least of a portion, even where the store is so slow that somebody has to wait longer."""
_AT_FIRST = 250
"""What any store takes in the time, before it is known how fast this one is."""
_FLUSHED_SOON = 500
"""What PostgreSQL gets at a time: who commits meanwhile waits until its log of them is flushed."""
_ALONE, _BESIDE_OTHERS = 0.065, 0.03
"""For how many seconds the lock is held for a portion and its commit. Many records at a time take
less work for each, so it is no shorter where nobody waits."""
_LONGEST = 0.09
"""For how many seconds one who comes may have to wait, for the portion at work and for the commit
of all of them: nobody is to wait for a tenth of one."""
_COMMIT = 0.5
"""How long a commit takes at first, by how long it took to write what it commits."""
_CROWD, _WITHIN = 6, 2.0
"""How many transactions in how many seconds somebody waits for where others write all the time. One
who comes by now and then, such as a timer that makes a few small changes, waits for one of them
each time, and is nothing to rest for. Another load is a crowd as well: who waits cannot be told
from outside."""
_REMEMBERED = 30.0
"""For how many seconds a crowd is thought to be there after somebody has last waited: beside a load
that rests, hardly any of ten small writes a second does. A sync's load lasts about as long."""
_REST = 2
"""How many times as long as a transaction took a load rests where others write. A record changes a
page of each index, in the log and in its place: what goes to the disk is 30 to 45 times what came,
and whoever flushes a commit waits until the disk is done with that."""
_LOG_BESIDE_OTHERS = 2_000
"""Pages of SQLite's log, of 8 KiB each, after which it is copied back where others write: whoever
flushes a commit meanwhile waits for the disk to be done with that."""


@dataclass(slots=True)
class Sitting:
    """One transaction of a load, which goes on as long as that keeps nobody waiting."""

    tx: Connection
    goes_on: Callable[[int], bool]
    """Whether there may be more after so many portions."""
    portions: int = 0
    records: int = 0

    def wrote(self, records: int) -> None:
        """Note a portion, and how many records it had."""
        self.portions += 1
        self.records += records

    def may_take_more(self) -> bool:
        """Whether to write another portion in it; always the first."""
        return not self.portions or self.goes_on(self.portions)


class Pace:
    """Learns from each transaction of a load how many records the next may write at a time.

    SQLite has one lock for all that is written, and a record takes it the longer the more there
    are: some 60 µs in a small store, 200 among a million. PostgreSQL lets others write meanwhile.
    """

    def __init__(
        self,
        db: Database,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin to learn; `now` tells seconds, `sleep` lets them pass."""
        self._db, self._now, self._sleep = db, now, sleep
        self._awaited: deque[float] = deque(maxlen=_CROWD)
        self._crowded_until = 0.0
        self._commit = _COMMIT
        self.records = min(MOST, _AT_FIRST if db.is_sqlite else _FLUSHED_SOON)
        """How many are a portion."""

    @property
    def enough(self) -> int:
        """How many records are worth a transaction."""
        return self.records * PORTIONS if self._is_alone(self._now()) else self.records

    @contextmanager
    def write(self) -> Iterator[Sitting]:
        """Begin a transaction; SQLite flushes it with what comes later.

        Whoever writes says after each portion what it `wrote`, and asks before the next.
        """
        with self._db.write(flushed=False) as tx:
            begun = self._now()
            if begun < self._crowded_until:
                tx.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {_LOG_BESIDE_OTHERS}")
            sitting = Sitting(tx, lambda portions: self._may_go_on(tx, begun, portions))
            yield sitting
            written = self._now()
            if self._db.is_sqlite and is_awaited(tx):
                self._notice(begun)
        # What few records take tells little: it is the transaction's own time most of all.
        if self._db.is_sqlite and 2 * sitting.records >= self.records:
            self._learn(sitting.records, written - begun, self._now() - written)
        if begun < self._crowded_until:
            self._sleep(_REST * (self._now() - begun))

    def _is_alone(self, now: float) -> bool:
        """Whether others would have to wait, and seldom do."""
        return self._db.is_sqlite and now >= self._crowded_until

    def _may_go_on(self, tx: Connection, begun: float, portions: int) -> bool:
        """Whether one who comes during another portion would be there soon enough."""
        now = self._now()
        portion = (now - begun) / portions
        would_wait = portion + self._commit * (now - begun + portion)
        return self._is_alone(now) and would_wait < _LONGEST and not is_awaited(tx)

    def _notice(self, now: float) -> None:
        self._awaited.append(now)
        is_crowd = len(self._awaited) == _CROWD and now - self._awaited[0] < _WITHIN
        if is_crowd or now < self._crowded_until:
            self._crowded_until = now + _REMEMBERED

    def _learn(self, records: int, writing: float, committing: float) -> None:
        seconds = _ALONE if self._is_alone(self._now()) else _BESIDE_OTHERS
        fitting = seconds * records / (writing + committing)
        # Half of the way: now and then a commit copies the log back, too.
        self.records = min(MOST, max(_LEAST, round((self.records + fitting) / 2)))
        self._commit = (3 * self._commit + committing / writing) / 4
