"""What the engine does, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from functions.engine.settings import RetentionSettings, ScheduleSettings
from shared_code.budget.rows import forget
from shared_code.connect.purging import purge_deleted
from shared_code.exports.upkeep import remove_exports, take_up_exports
from shared_code.notify.relay import relay
from shared_code.opening import Ports
from shared_code.remap.retention import let_go_of_pages
from shared_code.settings import load_settings
from shared_code.store.records import let_go
from shared_code.sync.due import queue_due
from shared_code.sync.sweeper import sweep_runs
from shared_code.turn import Turn


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty: its name, its NCRONTAB schedule, and what it does in a turn."""

    name: str
    schedule: str
    run: Callable[[Ports, Turn], object]


def duties(when: ScheduleSettings) -> tuple[Duty, ...]:
    """List all that the engine does."""
    return (
        Duty("relay", when.relay, lambda to, turn: relay(to.db, to.queue, turn)),
        Duty("syncs_due", when.syncs_due, lambda to, turn: queue_due(to.db, to.queue, turn)),
        Duty("runs_lapsed", when.runs_lapsed, lambda to, turn: sweep_runs(to.db, to.queue, turn)),
        Duty("purge", when.purge, lambda to, turn: purge_deleted(to.db, to.blobs, turn)),
        Duty(
            "exports_lapsed",
            when.exports,
            lambda to, turn: take_up_exports(to.db, to.queue, turn),
        ),
        Duty("exports_over", when.exports, lambda to, turn: remove_exports(to.db, to.blobs, turn)),
        Duty("versions", when.retention, _let_go_of_versions),
        Duty("calls", when.retention, lambda to, turn: forget(to.db, turn)),
        Duty("raw_pages", when.raw_pages, _let_go_of_pages),
    )


def _let_go_of_versions(to: Ports, turn: Turn) -> int:
    kept = load_settings(RetentionSettings).versions_kept_days
    return let_go(to.db, turn, keep=timedelta(days=kept))


def _let_go_of_pages(to: Ports, turn: Turn) -> int:
    kept = load_settings(RetentionSettings).raw_pages_kept_days
    return let_go_of_pages(to.db, to.blobs, turn, keep=timedelta(days=kept))
