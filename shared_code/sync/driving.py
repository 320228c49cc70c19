"""What drives runs: three steps, whichever kind a run is, and two ways out of driving it.

A run is planned, works on one thing after another, and is published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from shared_code.sync.ending import give_up
from shared_code.sync.pages import Step, read_pages
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.plan import plan
from shared_code.sync.publish import publish_run
from shared_code.sync.reading import PagesLost
from shared_code.sync.runs import RunLost, RunRef, hand_over

SHORT = timedelta(minutes=1)
"""What took no longer is published in the same activity; what took longer has one for that."""

_log = structlog.get_logger(__name__)


class Steps(Protocol):
    """The three steps of one run; all but `pages` raise `RunLost` when it is lost.

    The last two raise `PagesLost` when it has to be planned again.
    """

    def plan(self) -> list[str]:
        """Settle what is to be worked on; gives it, in order."""
        ...

    def pages(self, *names: str) -> Step:
        """Work on these, in order, for as long as an activity may take."""
        ...

    def publish(self) -> None:
        """Publish what the run has staged, and finish it."""
        ...


Find = Callable[[Pipeline, RunRef], Steps | None]
"""Gives the steps of a run that is no sync; None for a sync."""


@dataclass(frozen=True, slots=True)
class Sync:
    """The steps of a run that reads the provider."""

    pipeline: Pipeline
    ref: RunRef

    def plan(self) -> list[str]:
        """See `Steps.plan`."""
        return plan(self.pipeline, self.ref)

    def pages(self, *names: str) -> Step:
        """See `Steps.pages`."""
        return read_pages(self.pipeline, self.ref, *names)

    def publish(self) -> None:
        """See `Steps.publish`."""
        publish_run(self.pipeline, self.ref)


@dataclass(frozen=True, slots=True)
class Driver:
    """Drives the runs of a connector, step by step or for as long as an activity may take."""

    pipeline: Pipeline
    find: Find
    begin: Find
    """As `find`, and makes the run what it is to be first."""

    def drive(self, ref: RunRef) -> Step:
        """Do as much of a run as an activity may; it is `over` once it was published."""
        began = self.pipeline.clock.now()
        try:
            step = self._driven(ref)
        except RunLost as lost:
            _log.info("run lost", reason=lost.internal)
            step = Step("lost")
        except PagesLost as lost:
            _log.warning("pages lost", reason=lost.internal)
            step = Step("more")
        seconds = (self.pipeline.clock.now() - began).total_seconds()
        return Step(step.state, seconds, step.until)

    def _driven(self, ref: RunRef) -> Step:
        began = self.pipeline.clock.now()
        names = self._steps(ref, self.begin).plan()
        steps = self._steps(ref, self.find)
        step = steps.pages(*names) if names else Step("over")
        if step.state == "over":
            if self.pipeline.clock.now() - began > SHORT:
                return Step("more")
            steps.publish()
        return step

    def hand_over(self, ref: RunRef) -> None:
        """Put a run back into the queue for a fresh orchestration; a lost one is left alone."""
        hand_over(self.pipeline.db, self.pipeline.queue, self.pipeline.clock, ref)

    def give_up(self, ref: RunRef) -> None:
        """End a run that the platform itself cannot drive."""
        give_up(self.pipeline, ref)

    def _steps(self, ref: RunRef, find: Find) -> Steps:
        return find(self.pipeline, ref) or Sync(self.pipeline, ref)
