"""Run entities: batches of operations on a small durable state, one batch at a time per entity."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from local.host.dispatcher import Dispatcher
from local.host.durable.catalogue import Catalogue
from local.host.durable.decider import RESPONSE_TYPE
from local.host.durable.history import Kind, event
from local.host.durable.mailbox import Mailbox
from local.host.durable.store import ENTITY, Message, remove_message, save_entity, text
from local.host.journal import Journal
from local.host.messages import Result
from local.host.workers import LostError, Worker

MOST_CRASHES = 3
MOST_IN_MEMORY = 2000

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Entity:
    """An entity with work or in memory; `state` is JSON text, None if it does not exist."""

    id: str
    inbox: deque[Message] = field(default_factory=deque)
    state: str | None = None
    loaded: bool = False
    busy: bool = False
    crashes: int = 0
    saved: asyncio.Future[None] | None = None


class Entities:
    """All entities that have messages, and some that had."""

    def __init__(  # noqa: PLR0913 - the seams of the engine
        self,
        journal: Journal,
        worker: Worker,
        mailbox: Mailbox,
        *,
        catalogue: Catalogue,
        limit: int,
        batch: int,
    ) -> None:
        self._journal, self._worker, self._mailbox = journal, worker, mailbox
        self._catalogue, self._batch = catalogue, batch
        self._known: OrderedDict[str, Entity] = OrderedDict()
        self.dispatcher: Dispatcher[Entity] = Dispatcher(self._run, limit)

    def deliver(self, message: Message) -> None:
        """Give an entity an operation."""
        entity = self._known.setdefault(message.address, Entity(message.address))
        entity.inbox.append(message)
        self._wake(entity)

    def _wake(self, entity: Entity) -> None:
        if not entity.busy:
            entity.busy = True
            self.dispatcher.submit(entity)

    async def _run(self, entity: Entity) -> None:
        taken = [entity.inbox.popleft() for _ in range(min(len(entity.inbox), self._batch))]
        try:
            await self._load(entity)
            self._commit(entity, taken, await self._operate(entity, taken))
        except LostError as lost:
            if not self.dispatcher.closed:
                entity.crashes += 1
                entity.inbox.extendleft(reversed(taken))
                log.warning("Entity %s had no answer: %s", entity.id, lost)
        finally:
            entity.busy = False
            if entity.inbox:
                self._wake(entity)
            self._forget_some()

    async def _load(self, entity: Entity) -> None:
        if not entity.loaded:
            rows = await self._journal.read(ENTITY, (entity.id,))
            entity.state = text(rows[0][0]) if rows else None
            entity.loaded = True

    async def _operate(self, entity: Entity, taken: list[Message]) -> dict[str, Any]:
        _, name, key = entity.id.split("@", 2)
        function = self._catalogue.entity(name)
        if function is None:
            return _refusal(entity, taken, self._catalogue.unknown_entity(name))
        if entity.crashes >= MOST_CRASHES:
            return _refusal(entity, taken, f"The worker process died {entity.crashes} times.")
        batch = [
            {
                "name": message.event["op"],
                "input": message.event.get("input"),
                "isSignal": bool(message.event.get("signal")),
            }
            for message in taken
        ]
        given = {
            "self": {"name": name, "key": key},
            "exists": entity.state is not None,
            "state": entity.state,
            "batch": batch,
        }
        return _answer(entity, taken, await self._worker.invoke(function, json.dumps(given)))

    def _commit(self, entity: Entity, taken: list[Message], answer: dict[str, Any]) -> None:
        statements = [remove_message(message) for message in taken]
        entity.state = answer["entityState"] if answer["entityExists"] else None
        entity.crashes = 0
        statements.append(save_entity(entity.id, entity.state, time.time()))
        replies = []
        for message, result in zip(taken, answer["results"], strict=True):
            if not message.event.get("signal"):
                reply, kept = self._reply(message, result)
                replies.append(reply)
                statements.append(kept)
        entity.saved = self._journal.write(statements)
        for reply in replies:
            self._mailbox.send(reply)

    def _reply(self, message: Message, result: dict[str, Any]) -> tuple[Message, Any]:
        told = {"$type": RESPONSE_TYPE, "result": result["result"]}
        if result["isError"]:
            told["exceptionType"] = "Error"
        input_ = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
        raised = event(Kind.EVENT_RAISED, Name=message.event["id"], Input=input_)
        return self._mailbox.put(
            message.event["parent"], raised, execution=message.event["parentExecution"]
        )

    def _forget_some(self) -> None:
        """Drop the longest known entity that is idle and on disk."""
        if len(self._known) <= MOST_IN_MEMORY:
            return
        id_, entity = self._known.popitem(last=False)
        if entity.busy or entity.inbox or not (entity.saved and entity.saved.done()):
            self._known[id_] = entity


def _answer(entity: Entity, taken: list[Message], result: Result) -> dict[str, Any]:
    if result.failure is not None or not isinstance(result.value, str):
        text_ = result.failure.message if result.failure else "The entity gave no answer."
        return _refusal(entity, taken, text_)
    answer: dict[str, Any] = json.loads(result.value)
    return answer


def _refusal(entity: Entity, taken: list[Message], why: str) -> dict[str, Any]:
    results = [{"isError": True, "result": json.dumps(why)} for _ in taken]
    exists = entity.state is not None
    return {"entityExists": exists, "entityState": entity.state, "results": results}
