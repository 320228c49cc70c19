"""The functions with which a connector syncs: a queue trigger, two orchestrators, activities."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

import azure.durable_functions as df
import azure.functions as func
import structlog

from shared_code.connector.running import Running
from shared_code.notify.queues import QUEUE_CONNECTION, command_queue
from shared_code.remap.job import begin, end, go_on
from shared_code.sync.ending import give_up
from shared_code.sync.orchestrations import Names, resource_orchestrator, run_orchestrator
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.runs import RunLost, RunRef, hand_over

_log = structlog.get_logger(__name__)

Task = dict[str, Any]
T = TypeVar("T")


def register_sync(bp: df.Blueprint, platform: str, running: Callable[[], Running]) -> None:
    """Register all that drives a connector's runs; `running` opens its ports on first use."""
    names = Names(platform)
    _register_commands(bp, names, running)
    _orchestrator(bp, names.of("run"), run_orchestrator(names))
    _orchestrator(bp, names.of("resource"), resource_orchestrator(names))
    for what, do in _activities(running).items():
        _activity(bp, names.of(what), do)


def _register_commands(bp: df.Blueprint, names: Names, running: Callable[[], Running]) -> None:
    """Take commands: a claimed run gets an orchestration whose id is the claim's."""

    # The annotations are read at run time, by the worker that binds them.
    async def commands(message: func.QueueMessage, client: str) -> None:
        command_id = json.loads(message.get_body())["command"]
        ref = await asyncio.to_thread(lambda: running().commands.take(command_id))
        if ref is not None:
            await _start(client, names, ref)
        await asyncio.to_thread(lambda: running().commands.done(command_id))

    commands.__name__ = names.of("commands")
    triggered = bp.durable_client_input(client_name="client")(commands)
    bp.queue_trigger(
        arg_name="message",
        queue_name=command_queue(names.platform),
        connection=QUEUE_CONNECTION,
    )(triggered)


async def _start(client: Any, names: Names, ref: RunRef) -> None:  # noqa: ANN401 - SDK without types
    """Start the claim's orchestration, unless a repeated command finds it there."""
    instance = f"{ref.run_id}-{ref.fence}"
    status = await client.get_status(instance)
    if not status or status.runtime_status is None:
        await client.start_new(names.of("run"), instance, ref.to_json())


def _orchestrator(bp: df.Blueprint, name: str, drive: Callable[[Any], Any]) -> None:
    drive.__name__ = name
    bp.orchestration_trigger(context_name="context")(drive)


def _activities(running: Callable[[], Running]) -> dict[str, Callable[[Task], Any]]:
    """List what the orchestrations call, by name; a claim that is lost answers None."""

    def pipeline() -> Pipeline:
        return running().pipeline

    def start(task: Task) -> list[str] | None:
        return _unless_lost(lambda: begin(pipeline(), RunRef.from_json(task)))

    def pages(task: Task) -> dict[str, Any]:
        return go_on(pipeline(), RunRef.from_json(task), task["resource"]).to_json()

    def publish(task: Task) -> None:
        _unless_lost(lambda: end(pipeline(), RunRef.from_json(task)))

    def pass_on(task: Task) -> None:
        to = pipeline()
        hand_over(to.db, to.queue, to.clock, RunRef.from_json(task))

    def stop(task: Task) -> None:
        give_up(pipeline(), RunRef.from_json(task))

    return {
        "plan": start,
        "pages": pages,
        "publish": publish,
        "hand_over": pass_on,
        "give_up": stop,
    }


def _unless_lost(do: Callable[[], T]) -> T | None:
    try:
        return do()
    except RunLost as lost:
        _log.info("run lost", reason=lost.internal)
        return None


def _activity(bp: df.Blueprint, name: str, do: Callable[[Task], Any]) -> None:
    # The worker binds by the parameter's name, and wants a plain annotation.
    def activity(task: dict) -> object:  # type: ignore[type-arg]
        return do(task)

    activity.__name__ = name
    bp.activity_trigger(input_name="task")(activity)
