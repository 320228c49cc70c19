"""How much memory processes have had. Imports nothing that another interpreter would lack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

BETWEEN_LOOKS = 0.2
"""Seconds."""


def most_memory(pid: int | str = "self") -> float:
    """The most resident memory that a process has had, in MB."""
    return _told(pid, "VmHWM")


@dataclass(slots=True)
class Watched:
    """The most resident memory that processes were seen to have together, in MB."""

    most: float = 0.0


@contextmanager
def watched(pid: int) -> Iterator[Watched]:
    """Look at a process and all that it starts, for as long as the block runs."""
    seen, over = Watched(), Event()

    def look() -> None:
        while not over.wait(BETWEEN_LOOKS):
            seen.most = max(seen.most, _together(pid))

    looking = Thread(target=look, daemon=True)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()


def _together(pid: int) -> float:
    """What a process has and those that it started; one that has just ended has nothing."""
    try:
        # Of whichever of its threads.
        threads = Path(f"/proc/{pid}/task").glob("*/children")
        children = " ".join(each.read_text(encoding="ascii") for each in threads).split()
        return _told(pid, "VmRSS") + sum(_together(int(child)) for child in children)
    except (OSError, LookupError):
        return 0.0


def _told(pid: int | str, what: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    if found is None:
        raise LookupError("this system does not say how much memory a process has had")
    return int(found[1]) / 1024
