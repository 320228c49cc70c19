"""Timers and queue listeners of an app: made from its functions, started, stopped, run by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from local.host.clock import Clock
from local.host.functions import Hosted
from local.host.journal import Journal
from local.host.messages import Function, Result
from local.host.outputs import Invoker
from local.host.queues.listener import LocalListener
from local.host.queues.message import encoded
from local.host.queues.service import QueueService
from local.host.settings import Queues
from local.host.timers import Timer

if TYPE_CHECKING:
    from local.host.queues.storage import StorageListener

Listener: TypeAlias = "LocalListener | StorageListener"


class Triggers:
    """What makes functions run without a request."""

    def __init__(
        self,
        journal: Journal,
        invoker: Invoker,
        queues: QueueService,
        *,
        settings: Queues,
        clock: Clock,
    ) -> None:
        self._journal, self._invoker, self._clock = journal, invoker, clock
        self._queues, self._settings = queues, settings
        self.timers: dict[str, Timer] = {}
        self._listeners: list[Listener] = []

    def start(self, functions: Iterable[Hosted]) -> None:
        """Begin to serve these functions."""
        for one in functions:
            if one.error is None and one.trigger == "timerTrigger":
                timer = Timer(
                    self._journal,
                    one.function,
                    str(one.fields["schedule"]),
                    run=self._run_timer,
                    clock=self._clock,
                )
                self.timers[one.function.name] = timer
                timer.start()
            elif one.error is None and one.trigger == "queueTrigger":
                listener = self._listener(one)
                self._listeners.append(listener)
                listener.start()

    async def stop(self) -> None:
        """End all, and wait for what runs."""
        listeners, self._listeners = self._listeners, []
        timers, self.timers = self.timers, {}
        await asyncio.gather(*(one.stop() for one in [*listeners, *timers.values()]))

    async def run_by_hand(self, one: Hosted, text: str) -> None:
        """Fire a timer, or put a message into a function's queue."""
        if one.function.name in self.timers:
            await self.timers[one.function.name].fire()
        elif one.trigger == "queueTrigger":
            body = encoded(text, self._settings.message_encoding)
            connection = str(one.fields.get("connection") or "")
            await self._queues.put(connection, str(one.fields["queueName"]), body)

    def _listener(self, one: Hosted) -> Listener:
        name = str(one.fields["queueName"])
        connection = self._queues.connection(str(one.fields.get("connection") or ""))
        if connection:
            from local.host.queues.storage import StorageListener  # noqa: PLC0415 - takes 15 MB

            return StorageListener(
                connection, name, one.function, settings=self._settings, run=self._invoker.run
            )
        return LocalListener(
            self._queues.local, one.function, name, settings=self._settings, run=self._invoker.run
        )

    async def _run_timer(self, function: Function, given: str, retry: tuple[int, int]) -> Result:
        return await self._invoker.run(function, given, retry=retry)
