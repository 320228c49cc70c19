"""Sixteen readers and a small writer beside one who loads a million records."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from shared_code.store.database import Database
from shared_code.store.schema import connections
from tools.bench_reads.books import Books
from tools.bench_reads.figures import Figure, timed
from tools.bench_reads.reads import NEWEST, UNPAID
from tools.bench_reads.service import ROOT, Reader, Service
from tools.bench_reads.stores import Store

READERS = 16
PAUSE = 0.5
"""Seconds that a reader takes to look at its page, on average."""
ALONE_SECONDS = 20.0
EACH = PAUSE / 5
"""Seconds between two small writes."""
WORSE = 50.0
MOST = 100.0
FLUSHED = 16 * 1024
"""Bytes: a small write's pages."""

QUESTIONS: tuple[dict[str, object], ...] = (
    {},
    {"orderBy": NEWEST, "page": 3},
    {"query": UNPAID, "orderBy": NEWEST},
    {"query": "customerRef.id=customer-7"},
)


@dataclass
class Heard:
    """What readers, the small writer and a file beside the store met with, in milliseconds."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    """What a write waited until it could begin."""
    flushes: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """What nineteen of twenty reads do not exceed."""
        return statistics.quantiles(self.reads, n=20)[-1]


def _most(times: Sequence[float]) -> float:
    """What 999 of 1,000 do not exceed; the disk itself stalls now and then."""
    return statistics.quantiles(times, n=1_000, method="inclusive")[-1]


def contest(
    store: Store, service: Service, books: Books, loads: int, advance: Callable[[int], None]
) -> Iterator[Figure]:
    """Listen to the readers without and with the loader."""
    with _crowd(store, service, books) as alone:
        time.sleep(ALONE_SECONDS)
    with _crowd(store, service, books) as beside:
        seconds = _load(store.url, loads, advance) / 1000
    failures = alone.failures + beside.failures
    for failure in dict.fromkeys(failures):
        print(failure, file=sys.stderr)
    yield Figure(f"{READERS} readers alone: p95", alone.p95)
    yield Figure("the same beside the loader: p95", beside.p95, aim=alone.p95 + WORSE)
    yield Figure("the same: longest", max(beside.reads))
    yield Figure("small writes alone: longest", max(alone.writes))
    yield Figure("the same beside the loader: longest wait to begin", max(beside.turns), aim=MOST)
    yield Figure("the same, flushed: 999 of 1,000 within", _most(beside.writes), aim=MOST)
    yield Figure("the same: longest of all runs", max(beside.writes), over_runs=max)
    yield Figure("a file of 16 kB flushed meanwhile: 999 of 1,000 within", _most(beside.flushes))
    yield Figure("the same: longest of all runs", max(beside.flushes), over_runs=max)
    yield Figure("requests and writes that failed", len(failures), "", 0.0, over_runs=sum)
    yield Figure("loader", loads / seconds, "records/s", more_is_better=True)


@contextmanager
def _crowd(store: Store, service: Service, books: Books) -> Iterator[Heard]:
    """Keep the readers and the writers busy for as long as the block runs."""
    heard, over = Heard(), threading.Event()
    threads = [
        threading.Thread(target=_read, args=(Reader(service, books), heard, over))
        for _ in range(READERS)
    ]
    with (store.folder / "flushed").open("wb", buffering=0) as file:
        for work, times in (
            (lambda: _touch(store.db, books, heard.turns), heard.writes),
            # What that takes is the disk's doing, and nobody's who holds a lock.
            (lambda: _overwrite(file.fileno()), heard.flushes),
        ):
            threads.append(threading.Thread(target=_repeat, args=(work, times, heard, over)))
        for thread in threads:
            thread.start()
        try:
            yield heard
        finally:
            over.set()
            for thread in threads:
                thread.join()


def _read(reader: Reader, heard: Heard, over: threading.Event) -> None:
    dice = random.Random()  # noqa: S311 - who asks when
    while not over.wait(dice.uniform(0, 2 * PAUSE)):
        question = dice.choice(QUESTIONS)
        _note(lambda asked=question: reader.list(**asked), heard.reads, heard)  # type: ignore[misc]


def _repeat(
    work: Callable[[], object], times: list[float], heard: Heard, over: threading.Event
) -> None:
    while not over.wait(EACH):
        _note(work, times, heard)


def _overwrite(descriptor: int) -> None:
    os.pwrite(descriptor, bytes(FLUSHED), 0)
    os.fdatasync(descriptor)


def _touch(db: Database, books: Books, turns: list[float]) -> None:
    mine, asked = connections.c.id == books.connection.id, time.perf_counter()
    with db.write() as tx:
        turns.append(1000 * (time.perf_counter() - asked))
        tx.execute(update(connections).where(mine).values(linked_at=datetime.now(UTC)))


def _note(work: Callable[[], object], times: list[float], heard: Heard) -> None:
    try:
        times.append(timed(work))
    # Whatever it is, it is what a client would have been told.
    except Exception as error:  # noqa: BLE001
        heard.failures.append(repr(error))


def _load(url: str, records: int, advance: Callable[[int], None]) -> float:
    """Run the loader to its end; the milliseconds it takes."""
    command = [sys.executable, "-m", "tools.bench_reads.loading", str(records)]
    environment = {**os.environ, "CAUSEWAY_STORE_URL": url}
    return timed(lambda: _follow(command, environment, ROOT, advance))


def _follow(
    command: list[str], environment: dict[str, str], folder: Path, advance: Callable[[int], None]
) -> None:
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, env=environment) as process:
        for line in process.stdout or ():
            advance(int(line))
    if process.returncode:
        raise RuntimeError(f"the loader ended with {process.returncode}")
