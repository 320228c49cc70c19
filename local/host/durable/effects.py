"""What an episode does to the outside, worked out whole before any of it is done."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.host.durable.activities import Activities
from local.host.durable.catalogue import Catalogue
from local.host.durable.decisions import (
    CreateChild,
    CreateTimer,
    Decision,
    ScheduleTask,
    SendRequest,
)
from local.host.durable.episode import Step
from local.host.durable.history import History, Kind, dump, event, moment, stamp, stamped
from local.host.durable.mailbox import Mailbox
from local.host.durable.store import (
    Activity,
    Instance,
    Message,
    Parent,
    add_activity,
    purge,
    save_instance,
)
from local.host.journal import Statement


class InstanceExistsError(Exception):
    """An unfinished instance has this id."""


@dataclass(frozen=True, slots=True)
class Birth:
    """A new instance: its statements are to be written, then its first message sent."""

    instance: Instance
    statements: list[Statement]
    message: Message


@dataclass(slots=True)
class Effects:
    """Statements are written first; then children live, messages go, and activities start.

    `events` are the texts of what the episode adds to the history.
    """

    events: list[str] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    children: dict[str, Instance] = field(default_factory=dict)

    def post(self, made: tuple[Message, Statement]) -> None:
        """Keep a message and send it later."""
        self.messages.append(made[0])
        self.statements.append(made[1])


class Consequences:
    """Works out effects; nothing is changed by it.

    Args:
        live: the unfinished instances.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        activities: Activities,
        catalogue: Catalogue,
        live: Mapping[str, Instance],
    ) -> None:
        self._mailbox, self._activities, self._catalogue = mailbox, activities, catalogue
        self._live = live

    def of(self, instance: Instance, step: Step) -> Effects:
        """Work out what a step does."""
        now = stamp(self._mailbox.now())
        effects = Effects([dump(stamped(item, now)) for item in step.events])
        for decision in step.decisions:
            self._add(instance, decision, effects)
        return effects

    def birth(
        self,
        id_: str,
        name: str,
        input_: str | None,
        *,
        version: str | None = None,
        parent: Parent | None = None,
    ) -> Birth:
        """Make an instance; a finished one of that id is replaced.

        Raises:
            InstanceExistsError: an unfinished one has that id.
        """
        if id_ in self._live:
            raise _exists(self._live[id_])
        now = self._mailbox.now().timestamp()
        instance = Instance(id_, uuid.uuid4().hex, name, version, input_, now, now, parent=parent)
        instance.history = History([])
        message, kept = self.started(instance)
        return Birth(instance, [*purge(id_), save_instance(instance), kept], message)

    def started(self, instance: Instance) -> tuple[Message, Statement]:
        """Make the message that begins an execution."""
        parent = instance.parent
        parent_instance = parent and {
            "TaskScheduleId": parent.task,
            "OrchestrationInstance": {
                "InstanceId": parent.instance,
                "ExecutionId": parent.execution,
            },
        }
        own = {"InstanceId": instance.id, "ExecutionId": instance.execution}
        started = event(
            Kind.EXECUTION_STARTED,
            OrchestrationInstance=own,
            ParentInstance=parent_instance,
            Name=instance.name,
            Version=instance.version,
            Input=instance.input,
            Tags=None,
        )
        return self._mailbox.put(instance.id, started, execution=instance.execution)

    def child_completed(self, parent: Parent, result: str | None) -> tuple[Message, Statement]:
        """Make the message that gives a parent the output of its child."""
        completed = event(Kind.SUB_COMPLETED, TaskScheduledId=parent.task, Result=result)
        return self._mailbox.put(parent.instance, completed, execution=parent.execution)

    def child_failed(self, parent: Parent, reason: str) -> tuple[Message, Statement]:
        """Make the message that tells a parent why its child has failed."""
        failure = event(
            Kind.SUB_FAILED,
            TaskScheduledId=parent.task,
            Reason=reason,
            Details=f"Message: {reason}, StackTrace: ",
        )
        return self._mailbox.put(parent.instance, failure, execution=parent.execution)

    def _add(self, instance: Instance, decision: Decision, effects: Effects) -> None:
        match decision:
            case ScheduleTask():
                activity = self._activities.make(instance, decision)
                effects.statements.append(add_activity(activity))
                effects.activities.append(activity)
            case CreateTimer() if not decision.cancelled:
                fired = event(Kind.TIMER_FIRED, TimerId=decision.id, FireAt=stamp(decision.fire_at))
                due = self._due(instance, decision.fire_at)
                effects.post(
                    self._mailbox.put(instance.id, fired, execution=instance.execution, due=due)
                )
            case CreateChild():
                self._add_child(instance, decision, effects)
            case SendRequest():
                effects.post(self._mailbox.put(decision.target, decision.request))

    def _due(self, instance: Instance, fire_at: datetime) -> float:
        """Tell when a timer comes, in seconds since the epoch.

        An orchestrator's time does not go back when the clock is set back, so its timers are
        that much nearer than they seem.
        """
        ahead = moment(instance.reached) - self._mailbox.now()
        return (fire_at - max(ahead, timedelta(0))).timestamp()

    def _add_child(self, instance: Instance, decision: CreateChild, effects: Effects) -> None:
        parent = Parent(instance.id, instance.execution, decision.id)
        input_ = None if decision.input is None else json.dumps(decision.input)
        if self._catalogue.orchestrator(decision.name) is None:
            # The real host waits for ever.
            unknown = self._catalogue.unknown_orchestrator(decision.name)
            effects.post(self.child_failed(parent, unknown))
            return
        try:
            if decision.instance in effects.children:
                raise _exists(effects.children[decision.instance])
            birth = self.birth(
                decision.instance, decision.name, input_, version=decision.version, parent=parent
            )
        except InstanceExistsError as error:
            effects.post(self.child_failed(parent, str(error)))
        else:
            effects.children[decision.instance] = birth.instance
            effects.statements += birth.statements
            effects.messages.append(birth.message)


def _exists(instance: Instance) -> InstanceExistsError:
    return InstanceExistsError(
        f"An Orchestration instance with the status {instance.status} already exists."
    )
