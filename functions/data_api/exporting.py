"""How the data API carries exports out: commands, an orchestrator, and the step it repeats."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from shared_code.exports.job import Exporter, ExportRef
from shared_code.exports.orchestration import export_orchestrator
from shared_code.notify.queues import QUEUE_CONNECTION, command_queue

COMMANDS, EXPORT, STEP = "data_api_commands", "data_api_export", "data_api_export_step"


def register_exports(bp: df.Blueprint, exporter: Callable[[], Exporter]) -> None:
    """Register all that drives exports; `exporter` opens its ports on first use."""
    _register_commands(bp, exporter)
    drive = export_orchestrator(STEP)
    drive.__name__ = EXPORT
    bp.orchestration_trigger(context_name="context")(drive)
    _register_step(bp, exporter)


def _register_commands(bp: df.Blueprint, exporter: Callable[[], Exporter]) -> None:
    """Take commands: a claimed export gets an orchestration whose id is the claim's."""

    # The annotations are read at run time, by the worker that binds them.
    async def commands(message: func.QueueMessage, client: str) -> None:
        command_id = json.loads(message.get_body())["command"]
        ref = await asyncio.to_thread(lambda: exporter().take(command_id))
        if ref is not None:
            await _start(client, ref)
        await asyncio.to_thread(lambda: exporter().done(command_id))

    commands.__name__ = COMMANDS
    triggered = bp.durable_client_input(client_name="client")(commands)
    bp.queue_trigger(
        arg_name="message", queue_name=command_queue("data_api"), connection=QUEUE_CONNECTION
    )(triggered)


async def _start(client: Any, ref: ExportRef) -> None:  # noqa: ANN401 - SDK without types
    """Start the claim's orchestration, unless a repeated command finds it there."""
    instance = f"{ref.export_id}-{ref.fence}"
    status = await client.get_status(instance)
    if not status or status.runtime_status is None:
        await client.start_new(EXPORT, instance, ref.to_json())


def _register_step(bp: df.Blueprint, exporter: Callable[[], Exporter]) -> None:
    # The worker binds by the parameter's name, and wants a plain annotation.
    def step(task: dict) -> str:  # type: ignore[type-arg]
        return exporter().work(ExportRef.from_json(task))

    step.__name__ = STEP
    bp.activity_trigger(input_name="task")(step)
