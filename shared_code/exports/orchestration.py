"""The orchestration that drives an export. It only decides; an activity does."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import azure.durable_functions as df

STEPS = 100
"""Activities after which the history begins anew."""

# The SDK has no types: what an orchestrator gets and yields is only known at run time.
Context = Any


def export_orchestrator(activity: str) -> Callable[[Context], Generator[Any, Any, Any]]:
    """Make the orchestrator that calls `activity` as long as there is more to write.

    An activity that fails again and again ends it: the export's lease lapses then, and the engine
    has it driven anew.
    """

    def drive(context: Context) -> Generator[Any, Any, Any]:
        ref = context.get_input()
        retries = df.RetryOptions(
            first_retry_interval_in_milliseconds=1_000, max_number_of_attempts=5
        )
        for _ in range(STEPS):
            step = yield context.call_activity_with_retry(activity, retries, ref)
            if step != "more":
                return step
        context.continue_as_new(ref)
        return "more"

    return drive
