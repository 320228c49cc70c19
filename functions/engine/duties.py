"""What the engine does, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from functions.engine.settings import EngineSettings
from shared_code.budget.rows import forget
from shared_code.connect.purging import purge_deleted
from shared_code.exports.upkeep import remove_exports, take_up_exports
from shared_code.notify.relay import relay
from shared_code.ports.blobs import Blobs, open_blobs
from shared_code.ports.clock import Clock, SystemClock
from shared_code.ports.queue import Queue, open_queue
from shared_code.ports.settings import BlobSettings, QueueSettings
from shared_code.remap.retention import let_go_of_pages
from shared_code.settings import load_settings
from shared_code.store.database import Database
from shared_code.store.records import let_go
from shared_code.store.settings import open_store
from shared_code.sync.due import queue_due
from shared_code.sync.sweeper import sweep_runs


@dataclass(frozen=True, slots=True)
class Ports:
    """What the engine may touch."""

    db: Database
    blobs: Blobs
    queue: Queue
    clock: Clock


@cache
def ports() -> Ports:
    """Open the engine's ports, once per process."""
    return Ports(
        open_store(),
        open_blobs(load_settings(BlobSettings)),
        open_queue(load_settings(QueueSettings)),
        SystemClock(),
    )


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty: its name, its NCRONTAB schedule, and what it does.

    `run` gives how many things it found to do.
    """

    name: str
    schedule: str
    run: Callable[[Ports], int]


def duties(settings: EngineSettings) -> tuple[Duty, ...]:
    """List all that the engine does."""
    kept = timedelta(days=settings.versions_kept_days)
    raw_kept = timedelta(days=settings.raw_pages_kept_days)
    return (
        Duty("relay", settings.relay, lambda to: relay(to.db, to.queue, to.clock)),
        Duty("syncs_due", settings.syncs_due, lambda to: queue_due(to.db, to.queue, to.clock)),
        Duty("runs_lapsed", settings.runs_lapsed, lambda to: sweep_runs(to.db, to.queue, to.clock)),
        Duty("purge", settings.purge, lambda to: purge_deleted(to.db, to.blobs, to.clock)),
        Duty("exports", settings.exports, _keep_up_exports),
        Duty("retention", settings.retention, lambda to: _retain(to, kept)),
        Duty(
            "raw_pages",
            settings.raw_pages,
            lambda to: let_go_of_pages(to.db, to.blobs, to.clock, keep=raw_kept),
        ),
    )


def _retain(to: Ports, kept: timedelta) -> int:
    return let_go(to.db, to.clock, keep=kept) + forget(to.db, to.clock)


def _keep_up_exports(to: Ports) -> int:
    return take_up_exports(to.db, to.queue, to.clock) + remove_exports(to.db, to.blobs, to.clock)
