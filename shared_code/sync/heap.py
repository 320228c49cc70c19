"""Where the C library takes memory from, where one thread after another stores pages."""

from __future__ import annotations

import ctypes

_MOST_HEAPS = -8
"""What glibc calls M_ARENA_MAX."""


def share_one_heap() -> None:
    """Let all threads of this process take what others gave back; only glibc has to be told.

    It gives threads heaps of their own. Each activity of a sync has new ones, and what SQLite keeps
    at hand for a load moved to another heap with them: after five activities, 100 MB were free in
    heaps that nobody took from.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is not None:
        tell(_MOST_HEAPS, 1)
