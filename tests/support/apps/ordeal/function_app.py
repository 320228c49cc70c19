"""Everything a durable app can do, in one orchestration whose effects can be counted.

What an orchestrator does to others is counted by `tally` entities, whose state is part of what must
be exact. `JOURNAL` names a file to which functions append what they did, one JSON line each.
"""

# The SDK's decorators are untyped, and bind parameters by name, used or not.
# mypy: disable-error-code="untyped-decorator,unreachable,no-any-return,attr-defined"

from __future__ import annotations

import json
import os
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

Steps = Generator[Any, Any, Any]
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
JOURNAL = Path(os.environ["JOURNAL"])
RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=20, max_number_of_attempts=3)


def note(**what: Any) -> None:  # noqa: ANN401 - any JSON
    with JOURNAL.open("a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def tally(what: str, of: str) -> df.EntityId:
    return df.EntityId("tally", f"{what}-{of}")


@app.queue_trigger(arg_name="msg", queue_name="parcels", connection="")
@app.durable_client_input(client_name="client")
async def parcels(msg: func.QueueMessage, client: df.DurableOrchestrationClient) -> None:
    """Start what the message names; when it comes again, that has been started."""
    body = msg.get_body().decode()
    note(parcel=body)
    status = await client.get_status(body)
    if not status.instance_id:
        await client.start_new("child", body, {"of": body, "n": 1})


@app.activity_trigger(input_name="step")
def double(step: dict) -> int:  # type: ignore[type-arg]  # the worker refuses `dict[..]`
    note(activity="double", **step)
    return int(step["n"]) * 2


@app.activity_trigger(input_name="step")
def wayward(step: dict) -> int:  # type: ignore[type-arg]  # the worker refuses `dict[..]`
    """Fail the first time that this step is tried."""
    first = json.dumps({"wayward": step}) not in JOURNAL.read_text(encoding="utf-8").splitlines()
    note(wayward=step)
    if first:
        raise ValueError("not at the first attempt")
    return int(step["n"])


@app.entity_trigger(context_name="context", entity_name="tally")
def count(context: df.DurableEntityContext) -> None:
    total = context.get_state(lambda: 0) + context.get_input()
    context.set_state(total)
    context.set_result(total)


@app.orchestration_trigger(context_name="context")
def child(context: df.DurableOrchestrationContext) -> Steps:
    given = context.get_input()
    context.signal_entity(tally("children", given["of"]), "add", 1)
    value = yield context.call_activity("double", given)
    return value


@app.orchestration_trigger(context_name="context")
def ordeal(context: df.DurableOrchestrationContext) -> Steps:
    """One round of everything; returns what each round saw."""
    given = context.get_input()
    me, n, seen = context.instance_id, given["round"], given["seen"]
    pause = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    # Its event was sent at the beginning, and is carried over every continue-as-new.
    winner = yield context.task_any([context.wait_for_external_event("approve"), pause])
    pause.cancel()
    tried = yield context.call_activity_with_retry("wayward", RETRY, {"of": me, "n": n})
    steps = yield context.task_all(
        [context.call_activity("double", {"of": me, "n": i}) for i in range(3)]
    )
    context.signal_entity(tally("signals", me), "add", 1)
    yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=150))
    below = yield context.call_sub_orchestrator_with_retry("child", RETRY, {"of": me, "n": n})
    called = yield context.call_entity(tally("calls", me), "add", 1)
    seen.append([winner.result, tried, steps, below, called])
    if n < given["rounds"]:
        context.continue_as_new(given | {"round": n + 1, "seen": seen})
        return None
    return seen


@app.orchestration_trigger(context_name="context")
def naps(context: df.DurableOrchestrationContext) -> Steps:
    """Wait for each of some numbers of seconds; returns how many there were."""
    given = context.get_input()
    for seconds in given:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    return len(given)


@app.orchestration_trigger(context_name="context")
def ledger(context: df.DurableOrchestrationContext) -> Steps:
    """Collect events until the last; a new execution for every tenth."""
    entries = context.get_input() or []
    for _ in range(10):
        # replay-safe: nothing else is waited for, so that none comes while nobody waits
        entry = yield context.wait_for_external_event("entry")
        if entry == "end":
            return entries
        entries.append(entry)
    context.continue_as_new(entries)
    return None
