"""Where a service listens, and how to wait until it does."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free now; another process may still take it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], T], *, within: float = 30.0, every: float = 0.05) -> T:
    """Return the first true result of `condition`; `within` and `every` are in seconds.

    Raises TimeoutError.
    """
    deadline = time.monotonic() + within
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{condition} did not come true within {within} s")
        time.sleep(every)
    return result
