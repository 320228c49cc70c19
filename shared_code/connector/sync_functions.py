"""The functions with which a connector syncs: a queue trigger, two orchestrators, activities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import azure.durable_functions as df
import structlog

from shared_code.connector.assembly import Parts
from shared_code.notify.driving import register_activity, register_commands, register_orchestrator
from shared_code.sync.driving import Driver
from shared_code.sync.orchestrations import Names, resource_orchestrator, run_orchestrator
from shared_code.sync.runs import RunLost, RunRef

_log = structlog.get_logger(__name__)

Task = dict[str, Any]
T = TypeVar("T")


def register_sync(bp: df.Blueprint, platform: str, parts: Callable[[], Parts]) -> None:
    """Register all that drives a connector's runs; `parts` opens its ports on first use."""
    names = Names(platform)
    register_commands(bp, platform, lambda: parts().commands, names.of("run"))
    register_orchestrator(bp, names.of("run"), run_orchestrator(names))
    register_orchestrator(bp, names.of("resource"), resource_orchestrator(names))
    for do in _activities(lambda: parts().driver):
        register_activity(bp, names.of(do.__name__), do)


def _activities(driver: Callable[[], Driver]) -> tuple[Callable[[Task], Any], ...]:
    """List what the orchestrations call, by its name; a claim that is lost answers None."""

    def plan(task: Task) -> list[str] | None:
        return _unless_lost(lambda: driver().plan(RunRef.from_json(task)))

    def pages(task: Task) -> dict[str, Any]:
        return driver().pages(RunRef.from_json(task), task["resource"]).to_json()

    def publish(task: Task) -> None:
        _unless_lost(lambda: driver().publish(RunRef.from_json(task)))

    def hand_over(task: Task) -> None:
        driver().hand_over(RunRef.from_json(task))

    def give_up(task: Task) -> None:
        driver().give_up(RunRef.from_json(task))

    return plan, pages, publish, hand_over, give_up


def _unless_lost(do: Callable[[], T]) -> T | None:
    try:
        return do()
    except RunLost as lost:
        _log.info("run lost", reason=lost.internal)
        return None
