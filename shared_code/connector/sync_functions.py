"""The functions with which a connector syncs: a queue trigger, an orchestrator, activities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import azure.durable_functions as df

from shared_code.connector.assembly import Parts
from shared_code.notify.driving import register_activity, register_commands, register_orchestrator
from shared_code.sync.driving import Driver
from shared_code.sync.orchestrations import Names, run_orchestrator
from shared_code.sync.runs import RunRef

Task = dict[str, Any]


def register_sync(bp: df.Blueprint, platform: str, parts: Callable[[], Parts]) -> None:
    """Register all that drives a connector's runs; `parts` opens its ports on first use."""
    names = Names(platform)
    register_commands(bp, platform, lambda: parts().commands, names.of("run"))
    register_orchestrator(bp, names.of("run"), run_orchestrator(names))
    for do in _activities(lambda: parts().driver):
        register_activity(bp, names.of(do.__name__), do)


def _activities(driver: Callable[[], Driver]) -> tuple[Callable[[Task], Any], ...]:
    """List what the orchestration calls, by its name."""

    def drive(task: Task) -> dict[str, Any]:
        return driver().drive(RunRef.from_json(task)).to_json()

    def hand_over(task: Task) -> None:
        driver().hand_over(RunRef.from_json(task))

    def give_up(task: Task) -> None:
        driver().give_up(RunRef.from_json(task))

    return drive, hand_over, give_up
