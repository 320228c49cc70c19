"""Turn a history and the SDK's action list into decisions, with the host's rules for ids.

The host walks the action list in order, starting each action and waiting for it before the next.
Ids come from one counter: one for each activity, child, timer, entity request; a with-retry call
takes one more whenever a failure is processed (a timer) and whenever that timer fires (the next
attempt). The SDK counts by itself and agrees only if this walk is copied exactly.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from local.host.durable.decisions import (
    SCHEDULED,
    CreateChild,
    CreateTimer,
    Decision,
    NonDeterministicError,
    ScheduleTask,
    SendRequest,
    mismatch,
)
from local.host.durable.history import Event, Kind, moment

LONGEST_RETRY_DELAY = timedelta(days=6)
_PREFIX = "Microsoft.Azure.WebJobs.Extensions.DurableTask"
REQUEST_TYPE = f"{_PREFIX}.RequestMessage, {_PREFIX}"
RESPONSE_TYPE = f"{_PREFIX}.ResponseMessage, {_PREFIX}"
HTTP_ACTIVITY = "BuiltIn::HttpActivity"


class Action(IntEnum):
    """`actionType` of schema V3."""

    ACTIVITY = 0
    ACTIVITY_RETRY = 1
    CHILD = 2
    CHILD_RETRY = 3
    CONTINUE_AS_NEW = 4
    TIMER = 5
    EXTERNAL_EVENT = 6
    CALL_ENTITY = 7
    HTTP = 8
    SIGNAL_ENTITY = 9
    SCHEDULED_SIGNAL = 10
    ANY = 11
    ALL = 12


_WITH_RETRY = (Action.ACTIVITY_RETRY, Action.CHILD_RETRY)


@dataclass(eq=False, slots=True)
class _Node:
    """An action under way; compounds count the children they wait for."""

    action: dict[str, Any]
    kind: Action
    parent: _Node | None = None
    done: bool = False
    pending: int = 0
    attempts: int = 0
    between_attempts: bool = False


@dataclass(slots=True)
class Decider:
    """The state of one execution's replay: feed it events and actions, take its decisions.

    `open` are the tasks that keep an orchestration from ending; events and entity calls do not.
    """

    instance: str
    execution: str
    actions: list[dict[str, Any]] = field(default_factory=list)
    decisions: dict[int, Decision] = field(default_factory=dict)
    open: dict[int, _Node] = field(default_factory=dict)
    now: datetime | None = None
    started: bool = False
    suspended: bool = False
    failure_seen: bool = False
    continues: bool = False
    continue_input: Any = None
    next_id: int = 0
    _position: int = 0
    _current: _Node | None = None
    _waiters: dict[str, list[_Node]] = field(default_factory=dict)
    _buffered: deque[Event] = field(default_factory=deque)
    _held: deque[Event] = field(default_factory=deque)
    _requests: int = 0

    @property
    def drained(self) -> bool:
        """Whether every action known so far has ended."""
        return self._current is None and self._position >= len(self.actions)

    @property
    def finished(self) -> bool:
        """Whether the orchestration may end once its code has."""
        return self.drained and not self.open and not self.suspended

    @property
    def still_missing(self) -> int:
        """How many children of the current `task_all` have not ended; 0 once anything failed."""
        if self._current is None or self._current.kind is not Action.ALL or self.failure_seen:
            return 0
        return self._current.pending

    @property
    def unconsumed(self) -> list[Event]:
        """External events that nobody has waited for yet, oldest first."""
        return [*self._buffered, *(e for e in self._held if e["EventType"] == Kind.EVENT_RAISED)]

    def extend(self, actions: list[dict[str, Any]]) -> bool:
        """Go on with a longer action list; False if it does not begin with the one known so far."""
        if actions[: len(self.actions)] != self.actions:
            return False
        self.actions = actions
        self._advance()
        return True

    def apply(self, event: Event) -> None:
        """Process one history event.

        Raises:
            NonDeterministicError: it records a decision that this replay has not made.
        """
        kind = event["EventType"]
        if self.suspended and kind not in _EVEN_WHEN_SUSPENDED:
            self._held.append(event)
        elif kind == Kind.ORCHESTRATOR_STARTED:
            time = moment(event["Timestamp"])
            self.now = time if self.now is None else max(time, self.now)
        elif kind == Kind.EXECUTION_STARTED:
            self.started = True
            self._advance()
        elif kind in SCHEDULED:
            self._recorded(kind, event)
        elif kind in _ENDED:
            self._ended(kind, event)
        elif kind == Kind.EVENT_RAISED:
            self._raised(event)
        elif kind == Kind.SUSPENDED:
            self.suspended = True
        elif kind == Kind.RESUMED:
            self._resume()

    def _resume(self) -> None:
        self.suspended = False
        held, self._held = self._held, deque()
        for event in held:
            self.apply(event)

    def _recorded(self, kind: int, event: Event) -> None:
        decision = self.decisions.get(event["EventId"])
        fault = mismatch(kind, event, decision)
        if fault:
            raise NonDeterministicError(fault)
        del self.decisions[event["EventId"]]

    def _ended(self, kind: int, event: Event) -> None:
        number = event["TimerId" if kind == Kind.TIMER_FIRED else "TaskScheduledId"]
        failed = kind in (Kind.TASK_FAILED, Kind.SUB_FAILED)
        self.failure_seen = self.failure_seen or failed
        node = self.open.pop(number, None)
        if node is not None:
            self._complete(node, failed=failed)
            self._advance()

    def _raised(self, event: Event) -> None:
        name = event["Name"].lower()
        waiting = self._waiters.get(name)
        if waiting:
            self._complete(waiting.pop(), failed=False)
            self._advance()
        else:
            self._buffered.append(event)

    def _advance(self) -> None:
        """Start actions until one has to be waited for."""
        while self.started and not (self._current and not self._current.done):
            if self._current is not None:
                self._current = None
                self._position += 1
            if self._position >= len(self.actions):
                return
            self._current = self._start(self.actions[self._position], None)

    def _start(self, action: dict[str, Any], parent: _Node | None) -> _Node:
        node = _Node(action, Action(action["actionType"]), parent)
        match node.kind:
            case Action.ANY | Action.ALL:
                self._start_compound(node)
            case Action.TIMER:
                self._start_timer(node)
            case Action.EXTERNAL_EVENT:
                self._wait_for(node)
            case Action.CALL_ENTITY | Action.SIGNAL_ENTITY:
                self._request(node)
            case Action.CONTINUE_AS_NEW:
                self.continues, self.continue_input = True, action.get("input")
                node.done = True
            case Action.SCHEDULED_SIGNAL:
                raise NonDeterministicError("Scheduled signals are not something Python can send.")
            case _:
                self._schedule(node)
        return node

    def _start_compound(self, node: _Node) -> None:
        children = [self._start(child, node) for child in node.action["compoundActions"]]
        node.pending = sum(not child.done for child in children)
        if node.kind is Action.ALL:
            node.done = node.pending == 0
        else:
            node.done = node.pending < len(children) or not children

    def _start_timer(self, node: _Node) -> None:
        cancelled = bool(node.action.get("isCanceled"))
        self._create_timer(node, moment(node.action["fireAt"]), cancelled=cancelled)
        node.done = cancelled

    def _create_timer(self, node: _Node, fire_at: datetime, *, cancelled: bool = False) -> None:
        number = self._number()
        self.decisions[number] = CreateTimer(number, fire_at, cancelled)
        if not cancelled:
            self.open[number] = node

    def _schedule(self, node: _Node) -> None:
        number, action = self._number(), node.action
        if node.kind is Action.HTTP:
            request = json.dumps(action["httpRequest"])
            self.decisions[number] = ScheduleTask(number, HTTP_ACTIVITY, request)
        elif node.kind in (Action.ACTIVITY, Action.ACTIVITY_RETRY):
            self.decisions[number] = ScheduleTask(
                number, str(action["functionName"]), action.get("input")
            )
        else:
            self.decisions[number] = CreateChild(
                number,
                str(action["functionName"]),
                action.get("input"),
                str(action.get("instanceId") or f"{self.execution}:{number}"),
                action.get("version"),
            )
        self.open[number] = node

    def _wait_for(self, node: _Node) -> None:
        name = node.action["externalEventName"].lower()
        for event in self._buffered:
            if event["Name"].lower() == name:
                self._buffered.remove(event)
                node.done = True
                return
        self._waiters.setdefault(name, []).append(node)

    def _request(self, node: _Node) -> None:
        number, action = self._number(), node.action
        self._requests += 1
        seed = f"{self.instance}_{self.execution}_{self._requests}"
        guid = str(uuid.uuid5(uuid.NAMESPACE_URL, seed))
        request: dict[str, Any] = {"$type": REQUEST_TYPE, "op": action["operation"]}
        if node.kind is Action.SIGNAL_ENTITY:
            request["signal"] = True
            node.done = True
        else:
            self._waiters[guid] = [node]
        if action.get("input") is not None:
            request["input"] = json.dumps(action["input"])
        request |= {"id": guid, "parent": self.instance, "parentExecution": self.execution}
        self.decisions[number] = SendRequest(number, _entity(action["instanceId"]), request)

    def _complete(self, node: _Node, *, failed: bool) -> None:
        if node.done or (node.kind in _WITH_RETRY and not self._attempt_ended(node, failed=failed)):
            return
        node.done = True
        parent = node.parent
        while parent is not None and not parent.done:
            parent.pending -= 1
            if parent.kind is Action.ALL and parent.pending:
                return
            parent.done = True
            parent = parent.parent

    def _attempt_ended(self, node: _Node, *, failed: bool) -> bool:
        """Move a with-retry call on; whether it has ended."""
        options = node.action["retryOptions"]
        if node.between_attempts:
            node.between_attempts = False
            if node.attempts >= options["maxNumberOfAttempts"]:
                return True
            self._schedule(node)
            return False
        if not failed:
            return True
        node.attempts += 1
        node.between_attempts = True
        self._create_timer(node, self._retry_at(options, node.attempts))
        return False

    def _retry_at(self, options: dict[str, Any], attempts: int) -> datetime:
        """When the next attempt is due; after the last one a timer is made all the same."""
        now = self.now
        if now is None:
            raise NonDeterministicError("A history must begin with OrchestratorStarted.")
        if attempts >= options["maxNumberOfAttempts"]:
            return now
        longest = options.get("maxRetryIntervalInMilliseconds")
        most = timedelta(milliseconds=longest) if longest else LONGEST_RETRY_DELAY
        delay = timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"])
        try:
            delay *= float(options.get("backoffCoefficient") or 1) ** (attempts - 1)
        except OverflowError:
            return now + most
        return now + min(delay, most)

    def _number(self) -> int:
        self.next_id += 1
        return self.next_id - 1


def _entity(address: str) -> str:
    if not re.fullmatch("@[^@]+@.*", address, re.DOTALL):
        raise ValueError(f"'{address}' is no entity; those are written @name@key.")
    return address


_ENDED = (
    Kind.TASK_COMPLETED,
    Kind.TASK_FAILED,
    Kind.SUB_COMPLETED,
    Kind.SUB_FAILED,
    Kind.TIMER_FIRED,
)
_EVEN_WHEN_SUSPENDED = (
    Kind.RESUMED,
    Kind.ORCHESTRATOR_STARTED,
    Kind.ORCHESTRATOR_COMPLETED,
    Kind.EXECUTION_TERMINATED,
)
