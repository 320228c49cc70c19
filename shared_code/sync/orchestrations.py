"""The orchestration that drives a run. It only decides; activities do.

A run is driven in slices of at most ten active minutes: then it goes back to the queue, so that no
orchestration outlives a deployment or grows a long history. Infrastructure faults are tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

SLICE_SECONDS = 600.0
"""Active seconds after which a run is handed over to a fresh orchestration."""

SLICE_STEPS = 50
"""Activities after which the same happens: waits cost history, not activity."""

EARLY = timedelta(seconds=1)
"""Timers may fire up to a second early."""

# The SDK has no types: what an orchestrator gets and yields is only known at run time.
Context = Any
Work = Generator[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """The function names of one connector; Azure needs them unique within an app."""

    platform: str

    def of(self, what: str) -> str:
        """Name a function of the connector."""
        return f"{self.platform}_{what}"


def _retries() -> Any:  # noqa: ANN401 - the SDK's own
    return df.RetryOptions(first_retry_interval_in_milliseconds=1_000, max_number_of_attempts=5)


def run_orchestrator(names: Names) -> Callable[[Context], Work]:
    """Make the orchestrator of a run: one activity does all of it, if there is little to do."""

    def drive(context: Context) -> Work:
        ref = context.get_input()
        try:
            state = yield from _drive(context, names, ref)
        except Exception:  # noqa: BLE001 - an orchestration's outermost edge: the run must not hang
            state = "broken"
        if state == "broken":
            yield context.call_activity_with_retry(names.of("give_up"), _retries(), ref)
        return state

    return drive


def _drive(context: Context, names: Names, ref: dict[str, Any]) -> Work:
    seconds = 0.0
    for _ in range(SLICE_STEPS):
        step = yield context.call_activity_with_retry(names.of("drive"), _retries(), ref)
        seconds += step["seconds"]
        if step["state"] == "wait":
            until = datetime.fromisoformat(step["until"]) + EARLY
            yield context.create_timer(until)
        elif step["state"] != "more":
            return step["state"]
        if seconds >= SLICE_SECONDS:
            break
    yield context.call_activity_with_retry(names.of("hand_over"), _retries(), ref)
    return "more"
