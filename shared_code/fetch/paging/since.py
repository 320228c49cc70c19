"""Passes that ask for what changed since the last one, counted from when that one began.

A record that changes while a pass runs may lie behind it already; so the next pass asks from the
beginning of the last, and a little before, since the provider's clock is not ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared_code.fetch.paging.protocol import START, Cursor

OVERLAP = timedelta(minutes=10)


def begin(cursors: Sequence[Cursor], now: datetime) -> Cursor:
    """A pass since the earliest of `cursors`; one without a `since` needs everything."""
    found = [cursor.get("since") for cursor in cursors]
    began = {"began": now.isoformat()}
    if None in found or not found:
        return began
    # As moments: the same one may be written in more than one way.
    return {"since": min(found, key=lambda text: datetime.fromisoformat(str(text))), **began}


def finish(cursor: Cursor, overlap: timedelta) -> Cursor:
    """The durable cursor of a pass that is over; a pass that never began leaves none."""
    began = cursor.get("began")
    if began is None:
        return {**START, "done": True}
    return {"since": (datetime.fromisoformat(began) - overlap).isoformat(), "done": True}


def since_of(cursor: Cursor) -> datetime | None:
    """Since when changes are wanted; None for everything."""
    text = cursor.get("since")
    return datetime.fromisoformat(text) if text else None
