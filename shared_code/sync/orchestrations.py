"""The orchestrations that drive a run. They only decide; activities do.

A run is driven in slices of at most ten active minutes: then it goes back to the queue, so that no
orchestration outlives a deployment or grows a long history. Infrastructure faults are tried again;
with-retry calls stand alone, since in a fan-out the platform would mix up their results.
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
"""Activities of one resource after which the same happens: waits cost history, not activity."""

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
    """Make the orchestrator of a run: plan, one child per resource in order, publish."""

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
    resources = yield context.call_activity_with_retry(names.of("plan"), _retries(), ref)
    if resources is None:
        return "lost"
    seconds = 0.0
    for resource in resources:
        task = {**ref, "resource": resource, "seconds": seconds}
        ended = yield context.call_sub_orchestrator(names.of("resource"), task)
        seconds = ended["seconds"]
        if ended["state"] == "more":
            yield context.call_activity_with_retry(names.of("hand_over"), _retries(), ref)
        if ended["state"] != "over":
            return ended["state"]
    yield context.call_activity_with_retry(names.of("publish"), _retries(), ref)
    return "published"


def resource_orchestrator(names: Names) -> Callable[[Context], Work]:
    """Make the orchestrator of a resource: pages, and the waits between them."""

    def read(context: Context) -> Work:
        task = context.get_input()
        seconds = task["seconds"]
        for _ in range(SLICE_STEPS):
            step = yield context.call_activity_with_retry(names.of("pages"), _retries(), task)
            seconds += step["seconds"]
            if step["state"] == "wait":
                until = datetime.fromisoformat(step["until"]) + EARLY
                yield context.create_timer(until)
            elif step["state"] != "more":
                return {"state": step["state"], "seconds": seconds}
            if seconds >= SLICE_SECONDS:
                break
        return {"state": "more", "seconds": seconds}

    return read
