"""How much memory a process has had. Imports nothing that another interpreter would lack."""

from __future__ import annotations

import re
from pathlib import Path


def most_memory(pid: int | str = "self") -> float:
    """The most resident memory that a process has had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if found is None:
        raise LookupError("this system does not say how much memory a process has had")
    return int(found[1]) / 1024
