"""How often Python looks for cycles where pages are read, mapped and stored."""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 50_000
"""A page of a thousand documents makes ten times as many, in no cycle, and drops them at once."""


def collect_seldom() -> None:
    """Look for cycles less often, in this process: by default it takes a fifth of the mapping.

    Half of what it takes to hand a page over to another process, too.
    """
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)


def collect_hardly() -> None:
    """As `collect_seldom`, in a process that does nothing but map, and that lives for a minute.

    What it has by now, its modules most of all, stays: it is never looked through again.
    """
    gc.freeze()
    gc.set_threshold(10 * YOUNG_OBJECTS, 20, 50)
