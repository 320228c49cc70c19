"""The one SQLite file of a host: ordered write-behind with group commit, and a reader.

Writes are lists of statements, applied in the order in which they were given; whatever waits is
committed together. A caller that must not speak before a write is durable awaits it; the others
go on, for order alone keeps the file consistent: after a crash it is as it was at some moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import IO

Value = str | bytes | int | float | None
Statement = tuple[str, Sequence[Value]]
Row = tuple[Value, ...]
_MOST_PER_COMMIT = 1000
_MUCH_ROOM = 1000  # pages, of 4 kB


class DataFolderInUseError(Exception):
    """Another host works on this data folder."""


class JournalError(Exception):
    """The file cannot be written; the text says why. The host must stop."""


class Journal:
    """The writer and the reader of `host.db` in a data folder, which is locked while it is open.

    Args:
        folder: is made if it does not exist.
        schema: SQL that creates what is missing.
        on_failure: called once, on the event loop, when the file cannot be written any more.

    Raises:
        DataFolderInUseError: another process has it open.
        JournalError: it cannot be opened.
    """

    def __init__(self, folder: Path, schema: str, on_failure: Callable[[str], None]) -> None:
        self._folder, self._on_failure = folder, on_failure
        self._lock = _lock(folder)
        self._queue: SimpleQueue[tuple[Iterable[Statement], asyncio.Future[None]] | None]
        self._queue = SimpleQueue()
        self._failure: str | None = None
        self._loop = asyncio.get_running_loop()
        try:
            self._writer = self._connect()
            self._writer.executescript(schema)
            _give_back_room(self._writer)
            self._reader = self._connect()
        except sqlite3.Error as error:
            self._lock.close()
            raise JournalError(unwritable(folder, str(error))) from error
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="journal-reader")
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()
        self.commits = 0

    def write(self, statements: Iterable[Statement]) -> asyncio.Future[None]:
        """Append statements; the future ends when they are on disk."""
        future: asyncio.Future[None] = self._loop.create_future()
        if self._failure is not None:
            future.set_exception(JournalError(self._failure))
            future.exception()  # whoever does not await has been told through `on_failure`
        else:
            self._queue.put((statements, future))
        return future

    async def read(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Query what has been committed."""
        return await self._loop.run_in_executor(self._readers, self._read, query, values)

    async def close(self) -> None:
        """Commit what is left and release the folder."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._readers.shutdown()
        self._reader.close()
        self._lock.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._folder / "host.db", isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-65536")
        return connection

    def _read(self, query: str, values: Sequence[Value]) -> list[Row]:
        return self._reader.execute(query, values).fetchall()

    def _run(self) -> None:
        running = True
        while running:
            batch = [self._queue.get()]
            while not self._queue.empty() and len(batch) < _MOST_PER_COMMIT:
                batch.append(self._queue.get())
            running = None not in batch
            self._commit([entry for entry in batch if entry is not None])
        self._writer.close()

    def _commit(self, batch: list[tuple[Iterable[Statement], asyncio.Future[None]]]) -> None:
        if not batch:
            return
        if self._failure is None:
            try:
                self._apply(batch)
            except Exception as error:  # noqa: BLE001 - the thread must not end without a word
                self._failure = unwritable(self._folder, str(error))
                self._loop.call_soon_threadsafe(self._on_failure, self._failure)
        self._loop.call_soon_threadsafe(self._settle, [future for _, future in batch])

    def _apply(self, batch: list[tuple[Iterable[Statement], asyncio.Future[None]]]) -> None:
        execute = self._writer.execute
        execute("BEGIN IMMEDIATE")
        try:
            for statements, _ in batch:
                for query, values in statements:
                    execute(query, values)
            execute("COMMIT")
        except Exception:
            if self._writer.in_transaction:
                execute("ROLLBACK")
            raise
        self.commits += 1

    def _settle(self, futures: list[asyncio.Future[None]]) -> None:
        for future in futures:
            if future.done():
                continue
            if self._failure is None:
                future.set_result(None)
            else:
                future.set_exception(JournalError(self._failure))
                future.exception()


def _lock(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "host.lock").open("a", encoding="ascii")
    except OSError as error:
        raise JournalError(unwritable(folder, error.strerror or str(error))) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise DataFolderInUseError(
            f"Another host works on {folder}; each needs its own --data."
        ) from error
    return file


def _give_back_room(writer: sqlite3.Connection) -> None:
    """Make a file small again of which more than half is free, after a purge for instance."""
    (pages,), (free,) = (
        writer.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "freelist_count")
    )
    if free > max(_MUCH_ROOM, pages // 2):
        # It needs room itself; where there is none, the file stays as it is.
        with contextlib.suppress(sqlite3.OperationalError):
            writer.execute("VACUUM")
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def unwritable(folder: Path, reason: str) -> str:
    """Say why a host cannot go on."""
    return f"The data folder {folder} cannot be written: {reason}. Nothing acknowledged is lost."
