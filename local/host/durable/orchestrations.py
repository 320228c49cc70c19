"""Drive orchestrations: take messages, run an episode, commit what follows in one transaction."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.host.dispatcher import Dispatcher
from local.host.durable.activities import Activities, shortened
from local.host.durable.catalogue import Catalogue
from local.host.durable.decisions import (
    CreateChild,
    CreateTimer,
    Decision,
    ScheduleTask,
    SendRequest,
)
from local.host.durable.episode import (
    Outcome,
    Step,
    can_skip,
    decide,
    ended,
    failed,
    read_state,
    skip,
    trigger_input,
)
from local.host.durable.history import Event, History, Kind, dump, event, load, moment, stamp
from local.host.durable.mailbox import Mailbox
from local.host.durable.store import (
    EPISODES,
    FINISHED,
    Activity,
    Instance,
    Message,
    Parent,
    add_activity,
    add_episode,
    forget_episodes,
    forget_messages,
    purge,
    remove_message,
    save_instance,
    update_instance,
)
from local.host.journal import Journal, Statement
from local.host.workers import LostError, Worker

MOST_CRASHES = 3  # of the worker, before an orchestration is taken out of service
MOST_IN_MEMORY = 2000  # instances whose histories are kept
MOST_MESSAGES = 5000  # in one episode

log = logging.getLogger(__name__)


class InstanceExistsError(Exception):
    """An unfinished instance has this id."""


@dataclass(slots=True)
class _Effects:
    """What a step does to the outside: statements, then messages, then activities."""

    statements: list[Statement] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)

    def post(self, made: tuple[Message, Statement]) -> None:
        """Keep a message and send it later."""
        self.messages.append(made[0])
        self.statements.append(made[1])


class Orchestrations:
    """All unfinished instances, by id, and the episodes that move them.

    Args:
        strict: call the function for every event, and replay each history from its beginning.
    """

    def __init__(  # noqa: PLR0913 - the seams of the engine
        self,
        journal: Journal,
        worker: Worker,
        mailbox: Mailbox,
        *,
        activities: Activities,
        catalogue: Catalogue,
        limit: int,
        strict: bool,
    ) -> None:
        self._journal, self._worker, self._mailbox = journal, worker, mailbox
        self._activities, self._catalogue = activities, catalogue
        self._strict = strict
        self.live: dict[str, Instance] = {}
        self.dispatcher: Dispatcher[Instance] = Dispatcher(self._run, limit)
        # What was under way when the worker died runs alone: only the culprit kills it again.
        self.suspects: Dispatcher[Instance] = Dispatcher(self._run, 1)

    def restore(self, instances: Iterable[Instance]) -> None:
        """Take up the unfinished instances found at start; their messages come next."""
        self.live = {instance.id: instance for instance in instances}

    def deliver(self, message: Message) -> None:
        """Give an instance a message; it is dropped if nobody waits for it any more."""
        instance = self.live.get(message.address)
        if instance is None:
            self._journal.write([remove_message(message)])
        elif message.event["EventType"] == Kind.EXECUTION_STARTED:
            instance.inbox.appendleft(message)
            self._wake(instance)
        else:
            instance.inbox.append(message)
            self._wake(instance)

    def create(
        self,
        id_: str,
        name: str,
        input_: str | None,
        *,
        version: str | None = None,
        parent: Parent | None = None,
    ) -> tuple[list[Statement], Message]:
        """Make an instance; the statements are to be written, then the message sent.

        A finished instance of that id is replaced.

        Raises:
            InstanceExistsError: an unfinished one has that id.
        """
        if id_ in self.live:
            status = self.live[id_].status
            raise InstanceExistsError(
                f"An Orchestration instance with the status {status} already exists."
            )
        now = time.time()
        instance = Instance(id_, uuid.uuid4().hex, name, version, input_, now, now, parent=parent)
        self.live[id_] = instance
        instance.history = History([])
        message, kept = self._started(instance)
        return [*purge(id_), save_instance(instance), kept], message

    def _started(self, instance: Instance) -> tuple[Message, Statement]:
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

    def _wake(self, instance: Instance) -> None:
        if not instance.busy:
            instance.busy = True
            (self.suspects if instance.crashes else self.dispatcher).submit(instance)

    async def _run(self, instance: Instance) -> None:
        taken: list[Message] = []
        while instance.inbox and len(taken) < MOST_MESSAGES:
            taken.append(instance.inbox.popleft())
        void = [m for m in taken if m.execution not in (None, instance.execution)]
        if void:
            self._journal.write([remove_message(message) for message in void])
        taken = [m for m in taken if m.execution in (None, instance.execution)]
        try:
            if taken and instance.id in self.live:
                await self._episode(instance, taken)
        except LostError as lost:
            self._lost(instance, taken, lost)
        finally:
            instance.busy = False
            if instance.inbox:
                self._wake(instance)

    async def _episode(self, instance: Instance, taken: list[Message]) -> None:
        history = await self._history(instance)
        new = [self._tell_time(instance, taken), *(message.event for message in taken)]
        self._commit(instance, taken, await self._step(instance, history, new))

    async def _history(self, instance: Instance) -> History:
        if instance.history is None:
            if instance.saved is not None:
                await instance.saved
            rows = await self._journal.read(EPISODES, (instance.id, instance.execution))
            instance.history = History([t for (events,) in rows for t in str(events).split("\n")])
            instance.episodes = len(rows)
            stamps = (load(str(events).split("\n", 1)[0])["Timestamp"] for (events,) in rows)
            instance.reached = max(stamps, default="")
        return instance.history

    def _tell_time(self, instance: Instance, taken: list[Message]) -> Event:
        """Begin an episode; its time is never before that of a timer that has come."""
        fired = [m.event["FireAt"] for m in taken if m.event["EventType"] == Kind.TIMER_FIRED]
        now = max([stamp(self._mailbox.now()), *fired])
        instance.reached = max(instance.reached, now)
        return event(Kind.ORCHESTRATOR_STARTED, Timestamp=now)

    def _due(self, instance: Instance, fire_at: datetime) -> float:
        """Tell when a timer comes, in seconds since the epoch.

        An orchestrator's time does not go back when the clock is set back, so its timers are
        that much nearer than they seem.
        """
        ahead = moment(instance.reached) - self._mailbox.now()
        return (fire_at - max(ahead, timedelta(0))).timestamp()

    async def _step(self, instance: Instance, history: History, new: list[Event]) -> Step:
        function = self._catalogue.orchestrator(instance.name)
        if instance.crashes >= MOST_CRASHES:
            text = f"the worker process died {instance.crashes} times while it ran; no more tries."
            return ended(instance, new, failed(instance, text))
        if function is None:
            text = self._catalogue.unknown_orchestrator(instance.name)
            return ended(instance, new, failed(instance, text))
        if (
            instance.decider is not None
            and not self._strict
            and can_skip(instance.decider, new[1:])
        ):
            return skip(instance, instance.decider, new)
        body = trigger_input(instance, history, [dump(item) for item in new])
        result = await self._worker.invoke(function, body)
        try:
            return decide(instance, new, read_state(result), strict=self._strict)
        except (LookupError, TypeError, ValueError) as error:
            # An answer outside of the protocol must not leave the instance hanging.
            log.exception("The answer of %s cannot be understood", instance.name)
            return ended(instance, new, failed(instance, f"{type(error).__name__}: {error}"))

    def _lost(self, instance: Instance, taken: list[Message], lost: LostError) -> None:
        """Try again, unless the host is stopping: the messages are still in the inbox's table."""
        if self.dispatcher.closed:
            return
        instance.crashes += 1
        instance.decider = None
        instance.inbox.extendleft(reversed(taken))
        log.error("Orchestration %s (%s) had no answer: %s", instance.id, instance.name, lost)

    def _commit(self, instance: Instance, taken: list[Message], step: Step) -> None:
        texts = [dump(item) for item in step.events]
        effects = _Effects([remove_message(message) for message in taken])
        effects.statements.append(add_episode(instance, texts))
        for decision in step.decisions:
            self._carry_out(instance, decision, effects)
        instance.updated, instance.crashes = time.time(), 0
        instance.custom_status = step.custom_status
        instance.decider = step.decider
        instance.episodes += 1
        if instance.history is not None:
            instance.history.append(texts)
        self._settle(instance, taken, step.outcome, effects)
        instance.saved = self._journal.write(effects.statements)
        for message in effects.messages:
            self._mailbox.send(message)
        if effects.activities:
            instance.saved.add_done_callback(lambda saved: self._begin(saved, effects.activities))
        if len(self.live) > MOST_IN_MEMORY and instance.id in self.live and not effects.messages:
            instance.history = instance.decider = None

    def _begin(self, saved: asyncio.Future[None], activities: list[Activity]) -> None:
        """Start activities once their scheduling is on disk."""
        if saved.exception() is None:
            for activity in activities:
                self._activities.dispatcher.submit(activity)

    def _carry_out(self, instance: Instance, decision: Decision, effects: _Effects) -> None:
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
                self._create_child(instance, decision, effects)
            case SendRequest():
                effects.post(self._mailbox.put(decision.target, decision.request))

    def _create_child(self, instance: Instance, decision: CreateChild, effects: _Effects) -> None:
        parent = Parent(instance.id, instance.execution, decision.id)
        input_ = None if decision.input is None else json.dumps(decision.input)
        if self._catalogue.orchestrator(decision.name) is None:
            # The real host waits for ever.
            unknown = self._catalogue.unknown_orchestrator(decision.name)
            effects.post(self._child_failed(parent, unknown))
            return
        try:
            statements, message = self.create(
                decision.instance, decision.name, input_, version=decision.version, parent=parent
            )
        except InstanceExistsError as error:
            effects.post(self._child_failed(parent, str(error)))
        else:
            effects.statements += statements
            effects.messages.append(message)

    def _child_failed(self, parent: Parent, reason: str) -> tuple[Message, Statement]:
        failure = event(
            Kind.SUB_FAILED,
            TaskScheduledId=parent.task,
            Reason=reason,
            Details=f"Message: {reason}, StackTrace: ",
        )
        return self._mailbox.put(parent.instance, failure, execution=parent.execution)

    def _settle(
        self, instance: Instance, taken: list[Message], outcome: Outcome | None, effects: _Effects
    ) -> None:
        """Bring the instance's row up to date with what the step ended in."""
        if outcome is None:
            _show_progress(instance, taken)
        elif outcome.status == "ContinuedAsNew":
            self._continue(instance, outcome, effects)
        else:
            self._finish(instance, outcome, effects)
        effects.statements.append(update_instance(instance))

    def _finish(self, instance: Instance, outcome: Outcome, effects: _Effects) -> None:
        output = outcome.output
        if outcome.status == "Failed":
            output = shortened(str(output))
            log.error("Orchestration %s (%s) failed: %s", instance.id, instance.name, output)
        instance.status, instance.output = outcome.status, json.dumps(output)
        del self.live[instance.id]
        effects.statements.append(forget_messages(instance.id))
        if instance.parent is None:
            return
        if outcome.status == "Completed":
            completed = event(
                Kind.SUB_COMPLETED,
                TaskScheduledId=instance.parent.task,
                Result=instance.output,
            )
            effects.post(
                self._mailbox.put(
                    instance.parent.instance, completed, execution=instance.parent.execution
                )
            )
        else:
            effects.post(self._child_failed(instance.parent, str(output)))

    def _continue(self, instance: Instance, outcome: Outcome, effects: _Effects) -> None:
        """Begin the next execution; events nobody has waited for go along."""
        unconsumed = instance.decider.unconsumed if instance.decider else []
        instance.execution = uuid.uuid4().hex
        instance.generation += 1
        instance.input = json.dumps(outcome.output)
        instance.status, instance.output = "Running", None
        instance.history, instance.decider, instance.episodes = History([]), None, 0
        instance.reached = ""
        effects.statements.append(forget_episodes(instance.id))
        effects.post(self._started(instance))
        for item in unconsumed:
            effects.post(self._mailbox.put(instance.id, item))


def _show_progress(instance: Instance, taken: list[Message]) -> None:
    """Set the status to running or suspended; while suspended, the output is the reason."""
    if instance.decider is not None and instance.decider.suspended:
        reasons = [m.event.get("Reason") for m in taken if m.event["EventType"] == Kind.SUSPENDED]
        instance.status = "Suspended"
        instance.output = json.dumps(reasons[-1]) if reasons else instance.output
    else:
        instance.status, instance.output = "Running", None


def is_finished(status: str) -> bool:
    """Whether an instance in this state has ended for good."""
    return status in FINISHED
