"""Who reads a run's pages: this process, until there is so much that others pay."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

import structlog

from shared_code.spec import DataSource, MakeSource
from shared_code.sync.apart import Apart, ProcessGoneError
from shared_code.sync.pagework import InPlace, Job, Listed, Mapped, Reader

MANY = 2_000
"""Records after which a process is started: that takes as long as to map some thousands."""

MOST = 2
"""Processes that a run may have: while one maps a page, another lists the next."""

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

_spare = BoundedSemaphore(MOST * max(CORES - 1, 1))
"""Processes that this one may start: a core is left to fetching and writing."""

_log = structlog.get_logger(__name__)


class Roaming:
    """A `Reader` in place, which moves into processes of its own once that is worth it.

    They take turns, page by page.
    """

    def __init__(self, source: DataSource, make: MakeSource | None, *, many: int = MANY) -> None:
        self._reader: Reader = InPlace(source)
        """Whoever lists, or listed last."""
        self._make = make if CORES > 1 else None
        self._many = many
        self._starting: list[Apart] = []
        self._apart: deque[Apart] = deque()
        """Those at work; the next one first."""
        self._job: Job | None = None
        self._records = 0

    def open(self, job: Job) -> None:
        """Take up the pages of a resource."""
        self._job = job
        for each in self._apart or (self._reader,):
            each.open(job)

    def list(self, body: bytes) -> Listed:
        """Read a body; raises ValueError for one that is no page of the resource."""
        self._move()
        if self._apart:
            self._reader = self._apart[0]
            self._apart.rotate(-1)
        listed = self._reader.list(body)
        self._records += len(listed.records)
        return listed

    def map(self) -> Mapped:
        """Have the page mapped that was listed last."""
        return self._reader.map()

    def close(self) -> None:
        """End the processes, if there are any."""
        for each in (*self._starting, *self._apart):
            self._dismiss(each)
        self._starting.clear()
        self._apart.clear()

    def _move(self) -> None:
        for each in [each for each in self._starting if each.has_said_hello()]:
            self._starting.remove(each)
            self._settle_in(each)
        begun = len(self._starting) + len(self._apart)
        worth_it = begun < MOST and self._records >= self._many * (begun + 1)
        if self._make is not None and worth_it and _spare.acquire(blocking=False):
            self._start(self._make)

    def _start(self, make: MakeSource) -> None:
        try:
            self._starting.append(Apart(make))
        except OSError as error:
            _spare.release()
            self._stay(error)

    def _stay(self, reason: Exception) -> None:
        """Read on with what there is."""
        _log.warning("no process for mapping", reason=str(reason))
        self._make = None

    def _settle_in(self, apart: Apart) -> None:
        try:
            apart.greet()
        except ProcessGoneError as error:
            self._stay(error)
            self._dismiss(apart)
            return
        self._apart.append(apart)
        if self._job is not None:
            apart.open(self._job)

    def _dismiss(self, apart: Apart) -> None:
        apart.close()
        _spare.release()


@contextmanager
def reader_for(source: DataSource, make: MakeSource | None) -> Iterator[Reader]:
    """Give a reader for as long as an activity lasts."""
    reader = Roaming(source, make)
    try:
        yield reader
    finally:
        reader.close()
