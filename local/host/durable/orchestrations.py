"""Drive orchestrations: take messages, run an episode, commit what follows in one transaction."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections import OrderedDict
from collections.abc import Iterable
from functools import partial

from local.host.dispatcher import Dispatcher, Lane
from local.host.durable.activities import Activities, shortened
from local.host.durable.catalogue import Catalogue
from local.host.durable.effects import Consequences, Effects
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
from local.host.durable.history import Event, History, Kind, dump, event, load, stamp
from local.host.durable.mailbox import Mailbox
from local.host.durable.store import (
    EPISODES,
    Activity,
    Instance,
    Message,
    add_episode,
    forget_episodes,
    forget_messages,
    remove_message,
    update_instance,
)
from local.host.journal import Journal, Statement
from local.host.workers import LostError, Worker

MOST_IN_MEMORY = 2000  # instances whose histories are kept between two episodes
MOST_MESSAGES = 5000  # in one episode

log = logging.getLogger(__name__)


class Orchestrations:
    """All unfinished instances, by id, and the episodes that move them.

    Args:
        suspects: where what was under way when the worker died runs, one at a time.
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
        suspects: Lane,
        limit: int,
        strict: bool,
    ) -> None:
        self._journal, self._worker, self._mailbox = journal, worker, mailbox
        self._activities, self._catalogue = activities, catalogue
        self._strict = strict
        self.live: dict[str, Instance] = {}
        self._consequences = Consequences(mailbox, activities, catalogue, self.live)
        self._used: OrderedDict[str, Instance] = OrderedDict()  # the one used last at the end
        self.dispatcher: Dispatcher[Instance] = Dispatcher(self._run, limit)
        self._suspects = suspects

    def restore(self, instances: Iterable[Instance]) -> None:
        """Take up the unfinished instances found at start; their messages come next."""
        self.live.update((instance.id, instance) for instance in instances)

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
        self, id_: str, name: str, input_: str | None, *, version: str | None
    ) -> tuple[list[Statement], Message]:
        """Make an instance; the statements are to be written, then the message sent.

        A finished instance of that id is replaced.

        Raises:
            InstanceExistsError: an unfinished one has that id.
        """
        birth = self._consequences.birth(id_, name, input_, version=version)
        self.live[id_] = birth.instance
        return birth.statements, birth.message

    def _wake(self, instance: Instance) -> None:
        if not instance.busy:
            instance.busy = True
            if instance.suspicion:
                self._suspects.submit(partial(self._run, instance))
            else:
                self.dispatcher.submit(instance)

    async def _run(self, instance: Instance) -> None:
        taken: list[Message] = []
        while instance.inbox and len(taken) < MOST_MESSAGES:
            taken.append(instance.inbox.popleft())
        void = [m for m in taken if m.execution not in (None, instance.execution)]
        if void:
            self._journal.write([remove_message(message) for message in void])
        taken = [m for m in taken if m.execution in (None, instance.execution)]
        try:
            if taken:
                await self._episode(instance, taken)
        except LostError as lost:
            self._lost(instance, taken, lost)
        finally:
            instance.busy = False
            self._keep_in_memory(instance)
            if instance.inbox:
                self._wake(instance)

    async def _episode(self, instance: Instance, taken: list[Message]) -> None:
        history = await self._history(instance)
        new = [self._tell_time(instance, taken), *(message.event for message in taken)]
        step, effects = await self._step(instance, history, new)
        self._commit(instance, taken, step, effects)

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

    async def _step(
        self, instance: Instance, history: History, new: list[Event]
    ) -> tuple[Step, Effects]:
        function = self._catalogue.orchestrator(instance.name)
        if instance.suspicion.verdict is not None:
            return self._failed(instance, new, instance.suspicion.verdict)
        if function is None:
            text = self._catalogue.unknown_orchestrator(instance.name)
            return self._failed(instance, new, text)
        if (
            instance.decider is not None
            and not self._strict
            and can_skip(instance.decider, new[1:])
        ):
            return self._with_effects(instance, skip(instance, instance.decider, new))
        body = trigger_input(instance, history, [dump(item) for item in new])
        result = await self._worker.invoke(function, body)
        try:
            step = decide(instance, new, read_state(result), strict=self._strict)
            return self._with_effects(instance, step)
        except Exception as error:
            # An answer outside of the protocol must not leave the instance hanging.
            log.exception("The answer of %s cannot be understood", instance.name)
            return self._failed(instance, new, f"{type(error).__name__}: {error}")

    def _failed(self, instance: Instance, new: list[Event], text: str) -> tuple[Step, Effects]:
        return self._with_effects(instance, ended(instance, new, failed(instance, text)))

    def _with_effects(self, instance: Instance, step: Step) -> tuple[Step, Effects]:
        return step, self._consequences.of(instance, step)

    def _lost(self, instance: Instance, taken: list[Message], lost: LostError) -> None:
        """Try again, unless the host is stopping: the messages are still in the inbox's table."""
        if self.dispatcher.closed:
            return
        instance.suspicion.count(lost)
        instance.decider = None
        instance.inbox.extendleft(reversed(taken))
        log.error("Orchestration %s (%s) had no answer: %s", instance.id, instance.name, lost)

    def _commit(
        self, instance: Instance, taken: list[Message], step: Step, effects: Effects
    ) -> None:
        """Do all that an episode does; nothing here can fail."""
        begun = [*map(remove_message, taken), add_episode(instance, effects.events)]
        effects.statements[:0] = begun
        instance.updated = self._mailbox.now().timestamp()
        instance.suspicion.clear()
        instance.custom_status = step.custom_status
        instance.decider = step.decider
        instance.episodes += 1
        if instance.history is not None:
            instance.history.append(effects.events)
        self._settle(instance, taken, step.outcome, effects)
        self.live.update(effects.children)
        instance.saved = self._journal.write(effects.statements)
        for message in effects.messages:
            self._mailbox.send(message)
        if effects.activities:
            instance.saved.add_done_callback(lambda saved: self._begin(saved, effects.activities))

    def _keep_in_memory(self, instance: Instance) -> None:
        """Drop the history of what was used longest ago, once there are too many."""
        self._used.pop(instance.id, None)
        if self.live.get(instance.id) is instance:
            self._used[instance.id] = instance
        if len(self._used) > MOST_IN_MEMORY:
            id_, oldest = self._used.popitem(last=False)
            if oldest.busy:
                self._used[id_] = oldest
            else:
                oldest.history = oldest.decider = None

    def _begin(self, saved: asyncio.Future[None], activities: list[Activity]) -> None:
        """Start activities once their scheduling is on disk."""
        if saved.exception() is None:
            for activity in activities:
                self._activities.dispatcher.submit(activity)

    def _settle(
        self, instance: Instance, taken: list[Message], outcome: Outcome | None, effects: Effects
    ) -> None:
        """Bring the instance's row up to date with what the step ended in."""
        if outcome is None:
            _show_progress(instance, taken)
        elif outcome.status == "ContinuedAsNew":
            self._continue(instance, outcome, effects)
        else:
            self._finish(instance, outcome, effects)
        effects.statements.append(update_instance(instance))

    def _finish(self, instance: Instance, outcome: Outcome, effects: Effects) -> None:
        output = outcome.output
        if outcome.status == "Failed":
            output = shortened(str(output))
            log.error("Orchestration %s (%s) failed: %s", instance.id, instance.name, output)
        instance.status, instance.output = outcome.status, json.dumps(output)
        # What came too late is forgotten: another instance may soon have this id.
        del self.live[instance.id]
        instance.inbox.clear()
        effects.statements.append(forget_messages(instance.id))
        if instance.parent is None:
            return
        if outcome.status == "Completed":
            effects.post(self._consequences.child_completed(instance.parent, instance.output))
        else:
            effects.post(self._consequences.child_failed(instance.parent, str(output)))

    def _continue(self, instance: Instance, outcome: Outcome, effects: Effects) -> None:
        """Begin the next execution; events nobody has waited for go along, the oldest first."""
        waiting = list(instance.inbox)
        instance.inbox.clear()
        unconsumed = instance.decider.unconsumed if instance.decider else []
        unconsumed += [message.event for message in waiting if message.execution is None]
        instance.execution = uuid.uuid4().hex
        instance.generation += 1
        instance.input = json.dumps(outcome.output)
        instance.status, instance.output = "Running", None
        instance.history, instance.decider, instance.episodes = History([]), None, 0
        instance.reached = ""
        effects.statements.append(forget_episodes(instance.id))
        effects.statements += map(remove_message, waiting)
        effects.post(self._consequences.started(instance))
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
