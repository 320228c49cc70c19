"""Filtered totals, remembered: a generation never changes, so its counts cannot grow stale."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

_KEPT = 4_096


class Totals:
    """The latest counts that were asked for, by (generation, query)."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._counts: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> int | None:
        """Give the count of `key` if it is remembered."""
        with self._lock:
            return self._counts.get(key)

    def get(self, key: Hashable, count: Callable[[], int]) -> int:
        """Give the count of `key`; two that ask for a new one at once may both count."""
        with self._lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                return self._counts[key]
        found = count()
        with self._lock:
            self._counts[key] = found
            while len(self._counts) > self._kept:
                self._counts.popitem(last=False)
        return found
