"""Publish a run: one small transaction that makes all it read visible at once.

Generations, cursors, counts, states and the event move together, so that a client sees either the
books before the sync or those after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from shared_code.notify.work import Work, begin_work
from shared_code.store.records import (
    Dataset,
    Origin,
    count_pass,
    is_any_absent,
    publish,
    read_state,
    tombstone_absent,
)
from shared_code.store.schema import cursors, run_resources
from shared_code.suspicion import Suspicion, in_words
from shared_code.sync.aftermath import finish_run
from shared_code.sync.figures import drop_older_figures
from shared_code.sync.judging import suspicious
from shared_code.sync.pins import pinned
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.pulls import Failure, active_pulls, complete, fail
from shared_code.sync.reading import TO_READ, PagesLost, dataset_of
from shared_code.sync.runs import Held, RunRef, hold, look
from shared_code.sync.suspects import accepted_for, keep_suspicion

UNREAD = "The sync ended before everything was read"


def publish_run(pipeline: Pipeline, ref: RunRef) -> None:
    """Publish the types whose resources were read, end the others by name, and finish the run.

    `PagesLost` when a resource is not over any more.
    """
    _tombstone(pipeline, ref)
    with begin_work(pipeline.db, pipeline.queue, pipeline.clock) as work:
        held = hold(work.tx, ref)
        rows, pulls = _resources(work.tx, ref), active_pulls(work.tx, ref.company_id, ref.run_id)
        for pull in pulls:
            feeding = [row for row in rows if pull.data_type in row.data_types]
            _end_pull(pipeline, work, held, pull, feeding=feeding)
        read = [pipeline.source.resource(row.resource) for row in rows if row.state == "read"]
        types = [pull.data_type for pull in pulls]
        kinds = [check.kind for each in read for check in each.checks_of(types)]
        drop_older_figures(work.tx, held, kinds)
        finish_run(work, held.run)


def _tombstone(pipeline: Pipeline, ref: RunRef) -> None:
    """Write deleted versions of what two whole lists did not show, in bounded commits."""
    while _is_any_absent(pipeline, ref):
        with pipeline.db.write() as tx:
            held = hold(tx, ref)
            for row, dataset in _listed_whole(tx, pipeline, held):
                state = read_state(tx, dataset)
                version = str(pinned(state, pipeline.source))
                tombstone_absent(
                    tx,
                    dataset,
                    generation=state.generation + 1,
                    before_pass=state.passes,
                    origin=Origin(held.run.id, row.resource, row.sequence - 1, version),
                )


def _is_any_absent(pipeline: Pipeline, ref: RunRef) -> bool:
    with pipeline.db.read() as tx:
        listed = _listed_whole(tx, pipeline, look(tx, ref))
        return any(is_any_absent(tx, dataset) for _, dataset in listed)


def _listed_whole(
    tx: Connection, pipeline: Pipeline, held: Held
) -> Iterator[tuple[Row[Any], Dataset]]:
    """The run's lists that show what is gone, with each data type that all of its lists show."""
    rows = _resources(tx, held.ref)
    for row in rows:
        if pipeline.source.resource(row.resource).listed_whole:
            for data_type in row.data_types:
                if _is_shown_whole(pipeline, data_type, rows):
                    yield row, dataset_of(held, data_type)


def _is_shown_whole(pipeline: Pipeline, data_type: str, rows: Sequence[Row[Any]]) -> bool:
    """Whether the run has read, to the end, all lists that show what is gone of a type.

    What an empty list would delete is suspect, and is not published by itself.
    """
    read = {row.resource for row in rows if row.state == "read" and not _unsure(row)}
    whole = {
        each.name
        for each in pipeline.source.resources
        if each.listed_whole and data_type in each.data_types
    }
    return bool(whole) and whole <= read


def _resources(tx: Connection, ref: RunRef) -> Sequence[Row[Any]]:
    rows = tx.execute(
        select(run_resources).where(
            run_resources.c.company_id == ref.company_id, run_resources.c.run_id == ref.run_id
        )
    ).all()
    if lost := [row.resource for row in rows if row.state in TO_READ]:
        raise PagesLost(f"Pages of {', '.join(lost)} were read and are gone")
    return rows


def _end_pull(
    pipeline: Pipeline, work: Work, held: Held, pull: Row[Any], *, feeding: Sequence[Row[Any]]
) -> None:
    """Publish one type, unless something was not read or looks wrong."""
    dataset = dataset_of(held, pull.data_type)
    if not feeding or any(row.state != "read" for row in feeding):
        _fail(work, held, pull, status="FetchError", message=UNREAD)
    elif found := unaccepted(work.tx, pull, suspicious(work.tx, pipeline, dataset, feeding)):
        keep_suspicion(work, pull, found)
        _fail(work, held, pull, status="ValidationError", message=in_words(found))
    else:
        if _is_shown_whole(pipeline, pull.data_type, feeding):
            count_pass(work.tx, dataset)
        for row in feeding:
            _save_cursor(work, dataset, row)
        published = publish(work.tx, dataset, pull_id=pull.id, now=work.now)
        complete(work.tx, pull, work.now, modified=published.modified)


def unaccepted(tx: Connection, pull: Row[Any], found: list[Suspicion]) -> list[Suspicion]:
    """What looks wrong, all of it, unless every bit of it was accepted as it is."""
    accepted = {_seen(each) for each in accepted_for(tx, pull)} if found else ()
    return [] if all(_seen(each) in accepted for each in found) else found


def _seen(suspicion: Suspicion) -> Suspicion:
    """What was seen, whatever bound stood against it: a setting may have changed since."""
    return replace(suspicion, bound=0)


def _unsure(row: Row[Any]) -> bool:
    """The list changed too much to say that it was seen whole."""
    return bool(row.cursor.get("unsure"))


def _save_cursor(work: Work, dataset: Dataset, row: Row[Any]) -> None:
    key = {
        "company_id": dataset.company_id,
        "connection_id": dataset.connection_id,
        "resource": row.resource,
        "data_type": dataset.data_type,
    }
    work.tx.execute(delete(cursors).filter_by(**key))
    work.tx.execute(
        insert(cursors).values(
            **key, platform=dataset.platform, cursor=row.cursor, moved_at=work.now
        )
    )


def _fail(work: Work, held: Held, pull: Row[Any], *, status: str, message: str) -> None:
    fail(work.tx, held.run, [pull.data_type], Failure(status, message, work.now))
