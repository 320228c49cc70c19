"""History events as an engine keeps them, with the time at which they happened."""

from __future__ import annotations

from typing import Any

from local.host.durable import history
from local.host.durable.history import NOT_SCHEDULED, Event, Kind, stamp, stamped
from tests.support.host_clock import NOON


def event(kind: Kind, number: int = NOT_SCHEDULED, **fields: Any) -> Event:  # noqa: ANN401 - any JSON
    """Make an event that happened at noon."""
    return stamped(history.event(kind, number, **fields), stamp(NOON))
