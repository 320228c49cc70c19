"""Let a run wait for whoever is in trouble, as long as patience lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from shared_code.errors import Retry, Throttled
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.runs import Held, Pause, pause


def wait_out(tx: Connection, pipeline: Pipeline, held: Held, trouble: Retry) -> datetime | None:
    """Pause a run, at least for as long as was asked; gives until when.

    None where it has failed too often in a row: then it is not paused. A limit that says when it
    ends is no failure: a run may wait for it for days.
    """
    patience = pipeline.habits.patience
    wait, failures = timedelta(seconds=trouble.retry_after or 0), held.run.failures
    if not isinstance(trouble, Throttled) or not wait:
        failures += 1
        wait = max(wait, patience.wait(failures))
    if failures > patience.failures:
        return None
    until = pipeline.clock.now() + wait
    pause(tx, held.ref, Pause(until, trouble.public, failures, pipeline.habits.lease))
    return until
