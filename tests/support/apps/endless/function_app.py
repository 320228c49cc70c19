"""Functions that never return, each in its own way, beside some that do.

`JOURNAL` names a file to which functions append what they did, one JSON line each.
"""

# The SDK's decorators are untyped, and bind parameters by name, used or not.
# mypy: disable-error-code="untyped-decorator,unreachable,no-any-return,attr-defined"
# ruff: noqa: ARG001 - see above

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

Steps = Generator[Any, Any, Any]
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def note(**what: Any) -> None:  # noqa: ANN401 - any JSON
    # replay-safe: it notes each call, replays too
    with Path(os.environ["JOURNAL"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def hold_the_interpreter() -> None:
    """Stay in C code that lets no other thread run."""
    re.match(r"(a+)+$", "a" * 64 + "b")


@app.route(route="fine")
async def fine(req: func.HttpRequest) -> str:
    return "fine"


@app.route(route="waits")
async def waits(req: func.HttpRequest) -> str:
    note(began="waits")
    await asyncio.Event().wait()
    return "never"


@app.route(route="blocks")
async def blocks(req: func.HttpRequest) -> str:
    note(began="blocks")
    while True:
        pass


@app.route(route="sleeps")
def sleeps(req: func.HttpRequest) -> str:
    note(began="sleeps")
    threading.Event().wait()
    return "never"


@app.route(route="spins")
def spins(req: func.HttpRequest) -> str:
    note(began="spins")
    while True:
        pass


@app.route(route="holds")
def holds(req: func.HttpRequest) -> str:
    note(began="holds")
    hold_the_interpreter()
    return "never"


@app.queue_trigger(arg_name="msg", queue_name="endless", connection="")
def takes(msg: func.QueueMessage) -> None:
    note(took=msg.get_body().decode(), tries=msg.dequeue_count)
    hold_the_interpreter()


@app.activity_trigger(input_name="x")
def hangs(x: int) -> int:
    note(activity="hangs")
    threading.Event().wait()
    return x


@app.activity_trigger(input_name="x")
async def add_one(x: int) -> int:
    return x + 1


@app.orchestration_trigger(context_name="context")
def calls_hangs(context: df.DurableOrchestrationContext) -> Steps:
    try:
        yield context.call_activity("hangs", 1)
    except Exception as error:  # noqa: BLE001 - it is what is returned
        return str(error)


@app.orchestration_trigger(context_name="context")
def loops(context: df.DurableOrchestrationContext) -> Steps:
    note(orchestration="loops")
    while True:
        pass
    yield


@app.orchestration_trigger(context_name="context")
def renews(context: df.DurableOrchestrationContext) -> Steps:
    """Begin anew for ever, as fast as it can."""
    context.set_custom_status(context.get_input() or 0)
    yield context.create_timer(context.current_utc_datetime)
    context.continue_as_new((context.get_input() or 0) + 1)


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    value = 0
    for _ in range(5):
        value = yield context.call_activity("add_one", value)
    return value
