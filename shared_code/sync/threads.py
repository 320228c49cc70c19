"""How soon Python lets another thread run where pages are fetched, kept and committed at once."""

from __future__ import annotations

import sys

SOON = 0.000_5
"""Seconds. By default it is ten times as long, and whoever was answered by the provider, a disk or
the process that maps waits for that, some ten times a page, while another thread computes.
"""


def take_turns_soon() -> None:
    """Let this process change threads sooner: a sync waited a fifth of its time for that."""
    sys.setswitchinterval(SOON)
