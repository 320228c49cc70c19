"""Whose turn it is to write to SQLite, which has one lock for that."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from shared_code.store.sqlite import sqlite3

BUSY_SECONDS = 30
"""For how long SQLite tries to get a lock that somebody holds."""
_PAUSE_SECONDS = 0.001
_PRIVATE_FILE = 0o600
_KIND = 0xFF
"""The bits of SQLite's codes that tell what an error is; the others tell how it came about."""


def begin_in_turn(connection: Connection) -> None:
    """Begin a transaction that writes, after whoever is next to: threads or processes.

    SQLite looks for its lock now and then, ever more seldom. Who lets it go and wants it at once
    again would be before all others each time, and keep a small writer from it for seconds.
    """
    driver: Any = connection.connection.driver_connection
    # Counted from here: behind one who never lets go, the last would have to wait for all before.
    deadline = time.monotonic() + BUSY_SECONDS
    with _turn(connection), _impatient(driver):
        while not _begun(driver) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
    if not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def is_awaited(connection: Connection) -> bool:
    """Whether somebody waits to write after this connection, which does."""
    try:
        with _turn(connection, fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True


def _begun(driver: sqlite3.Connection) -> bool:
    """Whether nobody holds the lock any more."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.DatabaseError as error:
        # Anything else is said by the next try, in SQLAlchemy's words.
        return error.sqlite_errorcode & _KIND != sqlite3.SQLITE_BUSY
    return True


@contextmanager
def _turn(connection: Connection, how: int = 0) -> Iterator[None]:
    """Be the next, for as long as the block lasts; the end of a process frees its place."""
    file = f"{connection.engine.url.database}-turn"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _impatient(driver: sqlite3.Connection) -> Iterator[None]:
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
