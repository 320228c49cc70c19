"""Who reads a run's pages: this process, until there is so much that another pays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pickle import PicklingError
from threading import BoundedSemaphore

import structlog

from shared_code.spec import DataSource, MakeSource
from shared_code.sync.apart import Apart, ProcessGoneError
from shared_code.sync.pagework import InPlace, Job, Listed, Mapped, Reader

MANY = 2_000
"""Records after which a process is started: that takes as long as to map some thousands."""

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

_spare = BoundedSemaphore(max(CORES - 1, 1))
"""Processes that this one may start: a core is left to fetching and writing."""

_log = structlog.get_logger(__name__)


class Roaming:
    """A `Reader` in place, which moves into a process of its own once that is worth it."""

    def __init__(self, source: DataSource, make: MakeSource | None, *, many: int = MANY) -> None:
        self._reader: Reader = InPlace(source)
        self._make = make if CORES > 1 else None
        self._many = many
        self._apart: Apart | None = None
        self._job: Job | None = None
        self._records = 0

    @property
    def most_ahead(self) -> int:
        """As many as whoever reads now may have."""
        return self._reader.most_ahead

    def open(self, job: Job) -> None:
        """Take up the pages of a resource."""
        self._job = job
        self._reader.open(job)

    def list(self, body: bytes) -> Listed:
        """Read a body; raises ValueError for one that is no page of the resource."""
        self._move()
        listed = self._reader.list(body)
        self._records += len(listed.records)
        return listed

    def map(self) -> Mapped:
        """Have the page mapped that was listed last."""
        return self._reader.map()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._apart is not None:
            self._apart.close()
            self._apart = None
            _spare.release()

    def _move(self) -> None:
        if self._make is None:
            return
        if self._apart is None:
            if self._records >= self._many and _spare.acquire(blocking=False):
                self._start(self._make)
        elif self._reader is not self._apart and self._apart.has_said_hello():
            self._settle_in(self._apart)

    def _start(self, make: MakeSource) -> None:
        try:
            self._apart = Apart(make)
        # A connector's function may be none that another process finds: no reason not to read.
        except (OSError, PicklingError, AttributeError, TypeError) as error:
            _spare.release()
            self._stay(error)

    def _stay(self, reason: Exception) -> None:
        """Read on in this process."""
        _log.warning("no process for mapping", reason=str(reason))
        self._make = None

    def _settle_in(self, apart: Apart) -> None:
        try:
            apart.greet()
        except ProcessGoneError as error:
            self._stay(error)
            self.close()
            return
        self._reader = apart
        if self._job is not None:
            apart.open(self._job)


@contextmanager
def reader_for(source: DataSource, make: MakeSource | None) -> Iterator[Reader]:
    """Give a reader for as long as an activity lasts."""
    reader = Roaming(source, make)
    try:
        yield reader
    finally:
        reader.close()
