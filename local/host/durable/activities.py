"""Run scheduled activities, at least once each, and post their results."""

from __future__ import annotations

import itertools
import json
import logging

from local.host.dispatcher import Dispatcher
from local.host.durable.call_http import call_http
from local.host.durable.catalogue import Catalogue
from local.host.durable.decider import HTTP_ACTIVITY
from local.host.durable.decisions import ScheduleTask
from local.host.durable.history import Event, Kind, event
from local.host.durable.mailbox import Mailbox
from local.host.durable.store import Activity, Instance, remove_activity
from local.host.journal import Journal
from local.host.logs import LoggedCall
from local.host.messages import Failure, Result
from local.host.workers import LostError, Origin, Worker

LONGEST_TEXT = 16 * 1024  # characters of an exception that a history keeps

log = logging.getLogger(__name__)


class Activities:
    """The activities that wait and run, at most `limit` at a time."""

    def __init__(
        self,
        journal: Journal,
        worker: Worker,
        mailbox: Mailbox,
        *,
        catalogue: Catalogue,
        limit: int,
    ) -> None:
        self._journal, self._worker, self._mailbox = journal, worker, mailbox
        self._catalogue = catalogue
        self._numbers = itertools.count(1)
        self.dispatcher: Dispatcher[Activity] = Dispatcher(self._run, limit)

    def restore(self, activities: list[Activity]) -> None:
        """Run again what had no result when the host stopped."""
        self._numbers = itertools.count(max((a.id for a in activities), default=0) + 1)
        for activity in activities:
            self.dispatcher.submit(activity)

    def make(self, instance: Instance, decision: ScheduleTask) -> Activity:
        """Number an activity; it is to be kept, then submitted to the dispatcher."""
        return Activity(
            next(self._numbers),
            instance.id,
            instance.execution,
            decision.id,
            decision.name,
            decision.input,
        )

    async def _run(self, activity: Activity) -> None:
        try:
            result = await self._result(activity)
        except LostError as lost:
            if self.dispatcher.closed:
                return  # it runs again at the next start
            result = Result(0, None, [], Failure(str(lost), ""))
        except Exception as error:
            # Somebody waits for it.
            log.exception("Activity %s could not be run", activity.name)
            result = Result(0, None, [], Failure(f"{type(error).__name__}: {error}", ""))
        self._ended(activity, _outcome(activity, result))

    async def _result(self, activity: Activity) -> Result:
        if activity.name == HTTP_ACTIVITY:
            return await call_http(activity.input or "{}")
        function = self._catalogue.activity(activity.name)
        if function is None:
            # The real host says nothing, and leaves the orchestration running for ever.
            failure = Failure(self._catalogue.unknown_activity(activity.name), "")
            return Result(0, None, [], failure)
        origin = Origin()
        call = LoggedCall(activity.name, origin.invocation_id)
        return call.ended(
            await self._worker.invoke(function, activity.input or "null", origin=origin)
        )

    def _ended(self, activity: Activity, outcome: Event) -> None:
        message, kept = self._mailbox.put(activity.instance, outcome, execution=activity.execution)
        self._journal.write([remove_activity(activity), kept])
        self._mailbox.send(message)


def _outcome(activity: Activity, result: Result) -> Event:
    if result.failure is not None:
        return _failure(activity, result.failure)
    value = result.value if isinstance(result.value, str) else None
    return event(Kind.TASK_COMPLETED, TaskScheduledId=activity.task, Result=value)


def _failure(activity: Activity, failure: Failure) -> Event:
    message = shortened(failure.message)
    details = {"Message": message, "StackTraceString": shortened(failure.trace)}
    return event(
        Kind.TASK_FAILED,
        TaskScheduledId=activity.task,
        Reason=f"Activity function '{activity.name}' failed: {message}",
        Details=json.dumps(details),
    )


def shortened(text: str) -> str:
    """Cut a text that is too long to be kept, and say so."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}... ({len(text) - LONGEST_TEXT} characters left out)"
