"""How much memory processes have had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

BETWEEN_LOOKS = 1.0
"""Seconds. A look takes some 5 ms where processes have 400 MB."""


def most_memory(pid: int) -> float:
    """The most resident memory that a process has had, in MB."""
    return _told(pid, "status", "VmHWM")


@dataclass(slots=True)
class Watched:
    """The most memory that processes were seen to have together, in MB."""

    most: float


@contextmanager
def watched(pid: int) -> Iterator[Watched]:
    """Look at a process and all that it starts while the block runs, and once more at its end.

    Of a page that several processes have, be they among these or not, each has its share.
    `FileNotFoundError` where the kernel tells no shares.
    """
    seen, over = Watched(_share(pid)), Event()

    def look() -> None:
        ended = False
        while not ended:
            ended = over.wait(BETWEEN_LOOKS)
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
        return _share(pid) + sum(_together(int(child)) for child in children)
    except (OSError, LookupError):
        return 0.0


def _share(pid: int) -> float:
    return _told(pid, "smaps_rollup", "Pss")


def _told(pid: int, file: str, what: str) -> float:
    told = Path(f"/proc/{pid}/{file}").read_text(encoding="ascii")
    found = re.search(rf"^{what}:\s+(\d+) kB", told, re.MULTILINE)
    if found is None:
        raise LookupError(f"no {what} is told of process {pid}")
    return int(found[1]) / 1024
