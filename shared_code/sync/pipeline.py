"""What a connector's app holds while it syncs: its ports, its provider, and its source's facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from shared_code.fetch.provider import Provider
from shared_code.notify.work import Work
from shared_code.ports.blobs import Blobs
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.spec import DataSource, MakeSource
from shared_code.store.database import Database
from shared_code.suspicion import LIKELY, Bounds
from shared_code.sync.runs import LEASE

Deauthorise = Callable[[Work, str, str, str], None]
"""Move a connection (company id, connection id) to `Deauthorized`, with the reason."""

ProviderFor = Callable[[Row[Any]], Provider]
"""The way to the provider for a row of the connections table."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run bears with a provider in trouble, and how much it asks of one that is not."""

    first_wait: timedelta = timedelta(seconds=30)
    """Doubled with every failure in a row."""
    longest_wait: timedelta = timedelta(hours=1)
    failures: int = 6
    """In a row; with the next one the data types in question end in an error."""
    first_sync_share: float = 0.7
    """What first full passes may take of a limit over a day or longer, from 0 to 1."""

    def wait(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row."""
        return min(self.first_wait * float(2 ** min(failures - 1, 20)), self.longest_wait)


@dataclass(frozen=True, slots=True)
class Habits:
    """What the settings say of all syncs: how patient they are, and what they hold for likely."""

    patience: Patience = Patience()
    bounds: Bounds = LIKELY
    lease: timedelta = LEASE
    """For how long a run is nobody else's after it has last moved."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One connector's sync machinery; everything it touches is passed in."""

    db: Database
    blobs: Blobs
    queue: Queue
    clock: Clock
    source: DataSource
    provider_for: ProviderFor
    deauthorise: Deauthorise
    habits: Habits = field(default_factory=Habits)
    make_source: MakeSource | None = None
    """Makes the source in a process of its own; without it all is mapped in this one."""

    def lease_end(self) -> datetime:
        """Until when a run that moves now is its driver's."""
        return self.clock.now() + self.habits.lease

    @property
    def likely(self) -> Bounds:
        """How much of a sync is likely: as the connector says, else as the platform does."""
        return self.source.bounds or self.habits.bounds
