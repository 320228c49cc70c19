"""How data types end when they cannot be read: named by stage, and never silently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, update

from shared_code.errors import CausewayError
from shared_code.notify.work import Work, begin_work
from shared_code.spec import Resource
from shared_code.store.schema import run_resources
from shared_code.sync.aftermath import finish_run
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.pulls import Failure, active_pulls, fail
from shared_code.sync.runs import Held, RunRef, hold, locked_run


def end_resource(
    pipeline: Pipeline, ref: RunRef, resource: Resource, *, status: str, fault: CausewayError
) -> None:
    """Give a resource up: the data types it feeds end with `status`, the run goes on."""
    with pipeline.db.write() as tx:
        held = hold(tx, ref)
        types = _mark_failed(tx, held, resource.name) or []
        fail(tx, held.run, types, Failure(status, fault.public, pipeline.clock.now()))


def end_deauthorised(pipeline: Pipeline, ref: RunRef, refusal: CausewayError) -> None:
    """End the whole run and the connection's access: the provider does not honour the grant.

    Nothing is done for a run that was lost; whoever took it meets the same refusal.
    """
    with begin_work(pipeline.db, pipeline.queue, pipeline.clock) as work:
        run = locked_run(work.tx, ref)
        if run is not None:
            pipeline.deauthorise(work, ref.company_id, run.connection_id, refusal.public)
            end_run(work, run, status="AuthError", message=refusal.public)


def give_up(pipeline: Pipeline, ref: RunRef) -> None:
    """End a run that the platform itself cannot drive; its trouble is in the logs."""
    with begin_work(pipeline.db, pipeline.queue, pipeline.clock) as work:
        run = locked_run(work.tx, ref)
        if run is not None:
            message = "The sync stopped because of an internal error"
            end_run(work, run, status="InternalError", message=message)


def end_run(work: Work, run: Row[Any], *, status: str, message: str) -> None:
    """End a run with all its pulls that are still active."""
    types = [pull.data_type for pull in active_pulls(work.tx, run.company_id, run.id)]
    fail(work.tx, run, types, Failure(status, message, work.now))
    finish_run(work, run)


def _mark_failed(tx: Connection, held: Held, name: str) -> list[str] | None:
    types: list[str] | None = tx.scalar(
        update(run_resources)
        .where(
            run_resources.c.company_id == held.run.company_id,
            run_resources.c.run_id == held.run.id,
            run_resources.c.resource == name,
        )
        .values(state="failed")
        .returning(run_resources.c.data_types)
    )
    return types
