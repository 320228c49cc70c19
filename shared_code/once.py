"""A value that is made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Calls `make` at the first use, once, however many threads ask at a time.

    A module that fails while it is imported takes all functions of the host with it, and nobody
    answers any more. So what may fail, such as reading a setting, is made here. What `make` raises
    is raised, and the next use tries anew.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self.made: T | None = None
        """The value, if it was made already."""

    def __call__(self) -> T:
        """Give the value; raises what making it raises."""
        with self._lock:
            if self.made is None:
                self.made = self._make()
            return self.made
