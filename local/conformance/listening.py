"""Hear what a connector says, and see whom it calls, whichever way it does so."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from structlog.processors import format_exc_info
from structlog.testing import capture_logs


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.threadName != SIMULATOR and not _deaf:
            self.lines.append(self.format(record))


SIMULATOR = "simulator"
"""The name of the thread that serves the simulator, which may say what it likes."""

_deaf: list[bool] = []


@contextmanager
def deaf() -> Iterator[None]:
    """Do not hear what the checks say when they speak to the simulator themselves."""
    _deaf.append(True)
    try:
        yield
    finally:
        _deaf.pop()


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect every log line and all that is printed; the list is filled at the end."""
    heard: list[str] = []
    lines, printed, root = _Lines(), io.StringIO(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        with (
            # Errors are put into words while they are at hand: afterwards nobody knows them.
            capture_logs([format_exc_info]) as entries,
            redirect_stdout(printed),
            redirect_stderr(printed),
        ):
            yield heard
    finally:
        root.removeHandler(lines)
        root.setLevel(level)
        heard += [*lines.lines, *map(repr, entries), printed.getvalue()]


Place = tuple[str, int]
"""Host or address, and port."""

_watchers: list[set[Place]] = []


@contextmanager
def connections() -> Iterator[set[Place]]:
    """Collect all that this process connects to or looks up, by whatever library."""
    _watch_sockets()
    seen: set[Place] = set()
    _watchers.append(seen)
    try:
        yield seen
    finally:
        _watchers.remove(seen)


def _see(event: str, arguments: tuple[object, ...]) -> None:
    if not _watchers or event not in ("socket.connect", "socket.getaddrinfo"):
        return
    place = arguments[1] if event == "socket.connect" else arguments[:2]
    # A local socket has a path in the place of host and port.
    if isinstance(place, tuple):
        for seen in _watchers:
            seen.add((str(place[0]), int(place[1] or 0)))


def _watch_sockets() -> None:
    """Add the hook with the first use: Python has no way to take one away."""
    if not getattr(_watch_sockets, "done", False):
        sys.addaudithook(_see)
        _watch_sockets.done = True  # type: ignore[attr-defined]
