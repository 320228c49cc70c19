"""How a service carries out what was ordered of it: a queue trigger, orchestrators, activities."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Protocol

import azure.durable_functions as df
import azure.functions as func

from shared_code.notify.queues import QUEUE_CONNECTION, command_queue


class Claim(Protocol):
    """A claim on what was ordered, which an orchestration drives."""

    @property
    def instance(self) -> str:
        """The orchestration's id: the same for the same claim."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Give the orchestration's input."""
        ...


class Commands(Protocol):
    """Carries out the commands of a service; each may come twice."""

    def take(self, command_id: str) -> Claim | None:
        """Do what a command says; a claim comes back where an orchestration is to drive it."""
        ...

    def done(self, command_id: str) -> None:
        """Note that nobody needs to be woken for the command again."""
        ...


def register_commands(
    bp: df.Blueprint, service: str, commands: Callable[[], Commands], orchestrator: str
) -> None:
    """Register `<service>_commands`, which takes the wake-up calls on the service's queue."""

    # The annotations are read at run time, by the worker that binds them.
    async def take(message: func.QueueMessage, client: str) -> None:
        command_id = json.loads(message.get_body())["command"]
        claim = await asyncio.to_thread(lambda: commands().take(command_id))
        if claim is not None:
            await _start(client, orchestrator, claim)
        await asyncio.to_thread(lambda: commands().done(command_id))

    take.__name__ = f"{service}_commands"
    triggered = bp.durable_client_input(client_name="client")(take)
    bp.queue_trigger(
        arg_name="message", queue_name=command_queue(service), connection=QUEUE_CONNECTION
    )(triggered)


def register_orchestrator(bp: df.Blueprint, name: str, drive: Callable[[Any], Any]) -> None:
    """Register an orchestrator under a name."""
    drive.__name__ = name
    bp.orchestration_trigger(context_name="context")(drive)


def register_activity(bp: df.Blueprint, name: str, do: Callable[[dict[str, Any]], Any]) -> None:
    """Register an activity under a name; it is given an object, and gives what JSON can hold."""

    # The worker binds by the parameter's name, and wants a plain annotation.
    def activity(task: dict) -> object:  # type: ignore[type-arg]
        return do(task)

    activity.__name__ = name
    bp.activity_trigger(input_name="task")(activity)


async def _start(client: Any, orchestrator: str, claim: Claim) -> None:  # noqa: ANN401 - SDK without types
    """Start the claim's orchestration, unless a repeated command finds it there."""
    status = await client.get_status(claim.instance)
    if not status or status.runtime_status is None:
        await client.start_new(orchestrator, claim.instance, claim.to_json())
