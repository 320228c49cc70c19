"""Run entities: batches of operations on a small durable state, one batch at a time per entity."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from functools import partial

import msgspec

from local.host.dispatcher import Dispatcher, Lane
from local.host.durable.catalogue import Catalogue
from local.host.durable.decider import RESPONSE_TYPE
from local.host.durable.history import Kind, event
from local.host.durable.mailbox import Mailbox
from local.host.durable.store import ENTITY, Message, remove_message, save_entity, text
from local.host.durable.suspicion import Suspicion
from local.host.journal import Journal, Statement
from local.host.messages import Result
from local.host.workers import LostError, Worker

MOST_IN_MEMORY = 2000

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Entity:
    """An entity with work or in memory; `state` is JSON text, None if it does not exist.

    `suspects` is how many messages were under way when the worker died: the first in the inbox.
    """

    id: str
    inbox: deque[Message] = field(default_factory=deque)
    state: str | None = None
    loaded: bool = False
    busy: bool = False
    suspicion: Suspicion = field(default_factory=Suspicion)
    suspects: int = 0
    saved: asyncio.Future[None] | None = None


class _Operated(msgspec.Struct, rename="camel"):
    """How one operation ended; `result` is JSON text, that of an error's text too."""

    result: str | None
    is_error: bool


class _Answer(msgspec.Struct, rename="camel"):
    """The entity function's answer: the state it leaves, JSON text, and a result an operation."""

    results: list[_Operated]
    entity_exists: bool
    entity_state: str | None = None


_read_answer = msgspec.json.Decoder(_Answer).decode


class Entities:
    """All entities that have messages, and some that had.

    Args:
        suspects: where what was under way when the worker died runs, one operation at a time.
    """

    def __init__(  # noqa: PLR0913 - the seams of the engine
        self,
        journal: Journal,
        worker: Worker,
        mailbox: Mailbox,
        *,
        catalogue: Catalogue,
        suspects: Lane,
        limit: int,
        batch: int,
    ) -> None:
        self._journal, self._worker, self._mailbox = journal, worker, mailbox
        self._catalogue, self._batch = catalogue, batch
        self._suspects = suspects
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
            if entity.suspects:
                self._suspects.submit(partial(self._run, entity))
            else:
                self.dispatcher.submit(entity)

    async def _run(self, entity: Entity) -> None:
        most = 1 if entity.suspects else self._batch
        taken = [entity.inbox.popleft() for _ in range(min(len(entity.inbox), most))]
        try:
            await self._load(entity)
            self._commit(entity, taken, await self._operate(entity, taken))
        except LostError as lost:
            self._lost(entity, taken, lost)
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

    def _lost(self, entity: Entity, taken: list[Message], lost: LostError) -> None:
        """Try again, unless the host is stopping: the messages are still in the inbox's table."""
        if self.dispatcher.closed:
            return
        entity.suspicion.count(lost)
        if entity.suspicion:
            entity.suspects = max(entity.suspects, len(taken))
        entity.inbox.extendleft(reversed(taken))
        log.error("Entity %s had no answer: %s", entity.id, lost)

    async def _operate(self, entity: Entity, taken: list[Message]) -> _Answer:
        _, name, key = entity.id.split("@", 2)
        function = self._catalogue.entity(name)
        if function is None:
            return _refusal(entity, taken, self._catalogue.unknown_entity(name))
        if entity.suspicion.verdict is not None:
            return _refusal(entity, taken, entity.suspicion.verdict)
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

    def _commit(self, entity: Entity, taken: list[Message], answer: _Answer) -> None:
        statements = [remove_message(message) for message in taken]
        entity.state = answer.entity_state if answer.entity_exists else None
        entity.suspicion.clear()
        entity.suspects = max(0, entity.suspects - len(taken))
        now = self._mailbox.now().timestamp()
        statements.append(save_entity(entity.id, entity.state, now))
        replies = []
        for message, result in zip(taken, answer.results, strict=True):
            if not message.event.get("signal"):
                reply, kept = self._reply(message, result)
                replies.append(reply)
                statements.append(kept)
        entity.saved = self._journal.write(statements)
        for reply in replies:
            self._mailbox.send(reply)

    def _reply(self, message: Message, operated: _Operated) -> tuple[Message, Statement]:
        told = {"$type": RESPONSE_TYPE, "result": operated.result}
        if operated.is_error:
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


def _answer(entity: Entity, taken: list[Message], result: Result) -> _Answer:
    if result.failure is not None or not isinstance(result.value, str):
        text_ = result.failure.message if result.failure else "The entity gave no answer."
        return _refusal(entity, taken, text_)
    try:
        answer = _read_answer(result.value)
    except msgspec.DecodeError as error:
        return _refusal(entity, taken, f"The answer cannot be understood: {error}")
    if len(answer.results) != len(taken):
        text_ = f"it has {len(answer.results)} results of {len(taken)} operations"
        return _refusal(entity, taken, f"The answer cannot be understood: {text_}")
    return answer


def _refusal(entity: Entity, taken: list[Message], why: str) -> _Answer:
    """Fail operations, and leave the state as it is; nobody waits for those that are signals."""
    log.error("Entity %s failed %d operations: %s", entity.id, len(taken), why)
    results = [_Operated(json.dumps(why), is_error=True) for _ in taken]
    return _Answer(results, entity.state is not None, entity.state)
