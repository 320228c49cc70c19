"""The durable engine: its parts put together, and what clients may ask of it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from local.host.clock import SYSTEM, Clock
from local.host.dispatcher import Dispatcher, Lane
from local.host.durable.activities import Activities
from local.host.durable.catalogue import Catalogue
from local.host.durable.effects import InstanceExistsError
from local.host.durable.entities import Entities
from local.host.durable.history import Event, Kind, event, load
from local.host.durable.mailbox import Mailbox
from local.host.durable.orchestrations import Orchestrations
from local.host.durable.store import (
    ACTIVITIES,
    ENTITY,
    EPISODES,
    INBOX,
    UNFINISHED,
    Message,
    activity_from,
    instance_from,
    message_from,
    purge,
    text,
)
from local.host.journal import Journal, Statement, Value
from local.host.settings import DurableTask
from local.host.workers import Worker

__all__ = [
    "Engine",
    "GoneError",
    "InstanceExistsError",
    "NoInstanceError",
    "NotAllowedError",
    "Status",
]

_STATUS = (
    "SELECT id, name, status, input, output, custom_status, created, updated, execution "
    "FROM instances"
)
_PAGE = 1000


class NoInstanceError(LookupError):
    """There is no instance of that id."""


class GoneError(Exception):
    """The instance has finished; nothing can be sent to it."""


class NotAllowedError(Exception):
    """The instance is in the wrong state for this; the text says which would do."""


@dataclass(frozen=True, slots=True)
class Status:
    """An instance as clients see it; `input`, `output`, `custom_status` are JSON texts."""

    id: str
    name: str
    status: str
    input: str | None
    output: str | None
    custom_status: str | None
    created: float
    updated: float
    execution: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which instances: created between two times (seconds since the epoch), in some states.

    Args:
        after: the time of creation and the id of the last instance of the page before.
    """

    created_from: float = 0
    created_to: float = 1e12
    statuses: tuple[str, ...] = ()
    prefix: str = ""
    after: tuple[float, str] | None = None


class Engine:
    """Orchestrations, activities and entities on one journal and one worker.

    Args:
        strict: replay everything on every event, to catch code that is not deterministic.
    """

    def __init__(
        self,
        journal: Journal,
        worker: Worker,
        settings: DurableTask,
        *,
        strict: bool,
        clock: Clock = SYSTEM,
    ) -> None:
        self._journal = journal
        self.catalogue = Catalogue()
        self._mailbox = Mailbox(clock, self._deliver)
        self.activities = Activities(
            journal,
            worker,
            self._mailbox,
            catalogue=self.catalogue,
            limit=settings.max_concurrent_activity_functions,
        )
        # Orchestrations and entities that were under way when the worker died.
        self._suspects = Lane()
        self.orchestrations = Orchestrations(
            journal,
            worker,
            self._mailbox,
            activities=self.activities,
            catalogue=self.catalogue,
            suspects=self._suspects,
            limit=settings.max_concurrent_orchestrator_functions,
            strict=strict,
        )
        self.entities = Entities(
            journal,
            worker,
            self._mailbox,
            catalogue=self.catalogue,
            suspects=self._suspects,
            limit=settings.max_concurrent_entity_functions,
            batch=settings.max_entity_operation_batch_size,
        )

    async def restore(self) -> None:
        """Take up everything that was unfinished when the host stopped."""
        read = self._journal.read
        self.orchestrations.restore(map(instance_from, await read(UNFINISHED)))
        self._mailbox.restore([message_from(row) for row in await read(INBOX)])
        self.activities.restore([activity_from(row) for row in await read(ACTIVITIES)])

    def close(self) -> None:
        """Begin nothing more."""
        self._mailbox.close()
        for dispatcher in self._dispatchers:
            dispatcher.close()

    async def wait(self) -> None:
        """Wait until what runs has ended."""
        await asyncio.gather(*(dispatcher.wait() for dispatcher in self._dispatchers))

    @property
    def _dispatchers(self) -> Sequence[Dispatcher[Any]]:
        return (
            self.orchestrations.dispatcher,
            self._suspects,
            self.activities.dispatcher,
            self.entities.dispatcher,
        )

    def _deliver(self, message: Message) -> None:
        if message.address.startswith("@"):
            self.entities.deliver(message)
        else:
            self.orchestrations.deliver(message)

    async def start(
        self, name: str, id_: str | None, input_: str | None, version: str | None = None
    ) -> str:
        """Start an orchestration; its id, once the start is durable.

        Raises:
            InstanceExistsError: an unfinished instance has that id.
        """
        id_ = id_ or uuid.uuid4().hex
        statements, message = self.orchestrations.create(id_, name, input_, version=version)
        await self._send(statements, message)
        return id_

    async def raise_event(self, id_: str, name: str, data: str) -> None:
        """Send an external event, its data JSON text.

        Raises:
            NoInstanceError, GoneError: there is nobody to send it to.
        """
        await self._tell(id_, event(Kind.EVENT_RAISED, Name=name, Input=data))

    async def terminate(self, id_: str, reason: str) -> None:
        """End an instance from outside.

        Raises:
            NoInstanceError, GoneError: it is not running.
        """
        await self._tell(id_, event(Kind.EXECUTION_TERMINATED, Input=reason))

    async def suspend(self, id_: str, reason: str) -> None:
        """Hold an instance back.

        Raises:
            NoInstanceError, GoneError: it is not running.
        """
        await self._tell(id_, event(Kind.SUSPENDED, Reason=reason))

    async def resume(self, id_: str, reason: str) -> None:
        """Let a suspended instance go on.

        Raises:
            NoInstanceError, GoneError: it is not running.
        """
        await self._tell(id_, event(Kind.RESUMED, Reason=reason))

    async def restart(self, id_: str, *, new_id: bool) -> str:
        """Start an instance again with the same input; the id it now has.

        Raises:
            NoInstanceError: there is none.
            InstanceExistsError: it has not finished, and is to keep its id.
        """
        old = await self.status(id_)
        return await self.start(old.name, None if new_id else id_, old.input or "null")

    async def purge(self, ids: Iterable[str]) -> int:
        """Delete finished instances; how many.

        Raises:
            NotAllowedError: one of them has not finished.
        """
        ids = list(ids)
        if any(id_ in self.orchestrations.live for id_ in ids):
            raise NotAllowedError("Only a finished instance can be purged.")
        statements = [statement for id_ in ids for statement in purge(id_)]
        await self._journal.write(statements)
        return len(ids)

    async def status(self, id_: str) -> Status:
        """Look an instance up.

        Raises:
            NoInstanceError: there is none.
        """
        rows = await self._journal.read(f"{_STATUS} WHERE id=?", (id_,))
        if not rows:
            raise NoInstanceError(id_)
        return _status(rows[0])

    async def query(
        self, query: Query, *, limit: int = _PAGE, newest_first: bool = False
    ) -> list[Status]:
        """List instances, oldest first unless told otherwise."""
        where, values = _where(query)
        order = "created DESC, id" if newest_first else "created, id"
        rows = await self._journal.read(
            f"{_STATUS} {where} ORDER BY {order} LIMIT ?", (*values, limit)
        )
        return [_status(row) for row in rows]

    async def history(self, status: Status) -> list[Event]:
        """Read the events of an instance's present execution."""
        rows = await self._journal.read(EPISODES, (status.id, status.execution))
        return [load(line) for (events,) in rows for line in str(events).split("\n")]

    async def signal_entity(self, id_: str, operation: str, input_: str | None) -> None:
        """Send an operation to an entity (`@name@key`); durable when this returns."""
        request: Event = {"op": operation, "signal": True, "id": str(uuid.uuid4())}
        if input_ is not None:
            request["input"] = input_
        message, kept = self._mailbox.put(id_, request)
        await self._send([kept], message)

    async def entity_state(self, id_: str) -> str | None:
        """Read an entity's state as JSON text; None if it does not exist."""
        rows = await self._journal.read(ENTITY, (id_,))
        return text(rows[0][0]) if rows else None

    async def _tell(self, id_: str, what: Event) -> None:
        if id_ not in self.orchestrations.live:
            await self.status(id_)
            raise GoneError(id_)
        message, kept = self._mailbox.put(id_, what)
        await self._send([kept], message)

    async def _send(self, statements: list[Statement], message: Message) -> None:
        saved = self._journal.write(statements)
        self._mailbox.send(message)
        await saved


def _where(query: Query) -> tuple[str, list[Value]]:
    parts, values = ["created BETWEEN ? AND ?"], [query.created_from, query.created_to]
    sql_values: list[Value] = list(values)
    if query.statuses:
        parts.append(f"status IN ({','.join('?' * len(query.statuses))})")
        sql_values += query.statuses
    if query.prefix:
        parts.append("substr(id, 1, ?) = ?")
        sql_values += (len(query.prefix), query.prefix)
    if query.after:
        parts.append("(created, id) > (?, ?)")
        sql_values += query.after
    return f"WHERE {' AND '.join(parts)}", sql_values


def _status(row: Sequence[Value]) -> Status:
    id_, name, status, input_, output, custom, created, updated, execution = row
    return Status(
        str(id_),
        str(name),
        str(status),
        text(input_),
        text(output),
        text(custom),
        float(created or 0),
        float(updated or 0),
        str(execution),
    )


def parsed(value: str | None) -> object:
    """Read a JSON text that may be missing."""
    return None if value is None else json.loads(value)
