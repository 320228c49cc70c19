"""The tables of the durable engine, and every statement that writes them.

An instance's history is kept as one row an episode: the episode's events, one JSON text a line.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.host.durable.history import Event, History, dump, load
from local.host.durable.suspicion import Suspicion
from local.host.journal import Row, Statement, Value

if TYPE_CHECKING:
    from local.host.durable.decider import Decider

FINISHED = ("Completed", "Failed", "Terminated", "Canceled")

SCHEMA = """
CREATE TABLE IF NOT EXISTS instances(
  id TEXT PRIMARY KEY, execution TEXT NOT NULL, generation INTEGER NOT NULL, name TEXT NOT NULL,
  version TEXT, status TEXT NOT NULL, input TEXT, output TEXT, custom_status TEXT,
  created REAL NOT NULL, updated REAL NOT NULL, parent TEXT, parent_execution TEXT,
  parent_task INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS instances_by_status ON instances(status, created);
CREATE INDEX IF NOT EXISTS instances_by_creation ON instances(created);
CREATE TABLE IF NOT EXISTS episodes(
  instance TEXT NOT NULL, execution TEXT NOT NULL, number INTEGER NOT NULL, events TEXT NOT NULL,
  PRIMARY KEY(instance, execution, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox(
  id INTEGER PRIMARY KEY, address TEXT NOT NULL, execution TEXT, due REAL NOT NULL,
  event TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS inbox_by_address ON inbox(address);
CREATE TABLE IF NOT EXISTS activities(
  id INTEGER PRIMARY KEY, instance TEXT NOT NULL, execution TEXT NOT NULL, task INTEGER NOT NULL,
  name TEXT NOT NULL, input TEXT
);
CREATE INDEX IF NOT EXISTS activities_by_instance ON activities(instance);
CREATE TABLE IF NOT EXISTS entities(
  id TEXT PRIMARY KEY, state TEXT, updated REAL NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Message:
    """Something for an instance or an entity; `due` is in seconds since the epoch, 0 for at once.

    A message with an execution is void in any other.
    """

    id: int
    address: str
    execution: str | None
    due: float
    event: Event


@dataclass(frozen=True, slots=True)
class Parent:
    """Who waits for a sub-orchestration, and under which task id."""

    instance: str
    execution: str
    task: int


@dataclass(frozen=True, slots=True)
class Activity:
    """A scheduled activity; `input` is JSON text."""

    id: int
    instance: str
    execution: str
    task: int
    name: str
    input: str | None


@dataclass(eq=False, slots=True)
class Instance:
    """An orchestration that has not finished: its row, and what is kept in memory to drive it.

    `input`, `output` and `custom_status` are JSON texts; `reached` is the time that its
    orchestrator has been told, a stamp.
    """

    id: str
    execution: str
    name: str
    version: str | None
    input: str | None
    created: float
    updated: float
    parent: Parent | None = None
    generation: int = 0
    status: str = "Pending"
    output: str | None = None
    custom_status: str | None = None
    inbox: deque[Message] = field(default_factory=deque)
    history: History | None = None
    episodes: int = 0
    reached: str = ""
    decider: Decider | None = None
    busy: bool = False
    suspicion: Suspicion = field(default_factory=Suspicion)
    saved: asyncio.Future[None] | None = None


_COLUMNS = (
    "id, execution, generation, name, version, status, input, output, custom_status, created, "
    "updated, parent, parent_execution, parent_task"
)
_UPDATE = (
    "UPDATE instances SET execution=?, generation=?, status=?, input=?, output=?, "
    "custom_status=?, updated=? WHERE id=?"
)
UNFINISHED = (
    f"SELECT {_COLUMNS} FROM instances "  # noqa: S608 - constants
    f"WHERE status NOT IN ({', '.join(map(repr, FINISHED))})"
)
INBOX = "SELECT id, address, execution, due, event FROM inbox ORDER BY id"
ACTIVITIES = "SELECT id, instance, execution, task, name, input FROM activities ORDER BY id"
EPISODES = "SELECT events FROM episodes WHERE instance=? AND execution=? ORDER BY number"
ENTITY = "SELECT state FROM entities WHERE id=?"


def is_finished(status: str) -> bool:
    """Whether an instance in this state has ended for good."""
    return status in FINISHED


def instance_from(row: Row) -> Instance:
    """Read a row of `UNFINISHED`."""
    (id_, execution, generation, name, version, status, input_, output, custom, *rest) = row
    created, updated, parent, parent_execution, parent_task = rest
    return Instance(
        id=str(id_),
        execution=str(execution),
        name=str(name),
        version=text(version),
        input=text(input_),
        created=float(created or 0),
        updated=float(updated or 0),
        parent=Parent(str(parent), str(parent_execution), int(parent_task or 0))
        if parent
        else None,
        generation=int(generation or 0),
        status=str(status),
        output=text(output),
        custom_status=text(custom),
    )


def activity_from(row: Row) -> Activity:
    """Read a row of `ACTIVITIES`."""
    id_, instance, execution, task, name, input_ = row
    return Activity(
        int(id_ or 0), str(instance), str(execution), int(task or 0), str(name), text(input_)
    )


def message_from(row: Row) -> Message:
    """Read a row of `INBOX`."""
    id_, address, execution, due, event = row
    return Message(int(id_ or 0), str(address), text(execution), float(due or 0), load(str(event)))


def text(value: Value) -> str | None:
    """Read a nullable text column."""
    return None if value is None else str(value)


def save_instance(instance: Instance) -> Statement:
    """Insert an instance, or replace the one of that id."""
    parent = instance.parent
    return (
        f"INSERT OR REPLACE INTO instances({_COLUMNS}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            instance.id,
            instance.execution,
            instance.generation,
            instance.name,
            instance.version,
            instance.status,
            instance.input,
            instance.output,
            instance.custom_status,
            instance.created,
            instance.updated,
            parent.instance if parent else None,
            parent.execution if parent else None,
            parent.task if parent else None,
        ),
    )


def update_instance(instance: Instance) -> Statement:
    """Write what an episode may change."""
    return (
        _UPDATE,
        (
            instance.execution,
            instance.generation,
            instance.status,
            instance.input,
            instance.output,
            instance.custom_status,
            instance.updated,
            instance.id,
        ),
    )


def add_episode(instance: Instance, texts: list[str]) -> Statement:
    """Append one episode's events."""
    return (
        "INSERT INTO episodes VALUES(?,?,?,?)",
        (instance.id, instance.execution, instance.episodes, "\n".join(texts)),
    )


def forget_episodes(instance: str) -> Statement:
    """Delete the history of all executions of an instance."""
    return "DELETE FROM episodes WHERE instance=?", (instance,)


def purge(instance: str) -> list[Statement]:
    """Delete an instance and all that belongs to it."""
    return [
        ("DELETE FROM instances WHERE id=?", (instance,)),
        forget_episodes(instance),
        forget_messages(instance),
        ("DELETE FROM activities WHERE instance=?", (instance,)),
    ]


def add_message(message: Message) -> Statement:
    """Keep a message until an episode has taken it."""
    values = (message.id, message.address, message.execution, message.due, dump(message.event))
    return "INSERT INTO inbox VALUES(?,?,?,?,?)", values


def remove_message(message: Message) -> Statement:
    """Delete a message that has been taken."""
    return "DELETE FROM inbox WHERE id=?", (message.id,)


def forget_messages(address: str) -> Statement:
    """Delete all messages for an instance."""
    return "DELETE FROM inbox WHERE address=?", (address,)


def add_activity(activity: Activity) -> Statement:
    """Keep an activity until its result is known."""
    values = (
        activity.id,
        activity.instance,
        activity.execution,
        activity.task,
        activity.name,
        activity.input,
    )
    return "INSERT INTO activities VALUES(?,?,?,?,?,?)", values


def remove_activity(activity: Activity) -> Statement:
    """Delete an activity whose result is posted in the same transaction."""
    return "DELETE FROM activities WHERE id=?", (activity.id,)


def save_entity(id_: str, state: str | None, now: float) -> Statement:
    """Write an entity's state; None deletes it."""
    if state is None:
        return "DELETE FROM entities WHERE id=?", (id_,)
    return "INSERT OR REPLACE INTO entities VALUES(?,?,?)", (id_, state, now)
