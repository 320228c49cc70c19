"""A run's plan: which of the provider's resources it reads, in which order, from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from shared_code.fetch.paging import START, Cursor, lists_all
from shared_code.spec import Resource
from shared_code.store.records import prepare
from shared_code.store.schema import cursors, run_resources
from shared_code.sync.accepting import TRIGGER, take_over
from shared_code.sync.pins import pin
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.pulls import active_pulls
from shared_code.sync.reading import TO_READ, dataset_of, show_fetching
from shared_code.sync.runs import Held, RunRef, hold, renew
from shared_code.sync.tally import Tally


def plan(pipeline: Pipeline, ref: RunRef) -> list[str]:
    """Make the run's plan, or find the one it has; gives the resources that are still to read.

    A run that was claimed again goes on with its own plan, cursors and records. Only a new run
    clears away what an abandoned one left above the published generation. The lease is renewed, for
    whoever reads them next. `RunLost` if the run is lost.
    """
    while True:
        with pipeline.db.write() as tx:
            held = hold(tx, ref)
            # It waited for its turn.
            renew(tx, ref, until=pipeline.lease_end())
            planned = _planned(tx, ref) or _make(tx, pipeline, held)
            if planned is not None:
                names = [row.resource for row in planned if row.state in TO_READ]
                if names:
                    show_fetching(tx, held, pipeline.source.resource(names[0]))
                return names


def _make(tx: Connection, pipeline: Pipeline, held: Held) -> Sequence[Row[Any]] | None:
    """Make the plan; None where there is more to clear away than one commit may."""
    if held.run.trigger == TRIGGER:
        take_over(tx, held)
    elif _clear_some(tx, held):
        _insert_plan(tx, pipeline, held)
    else:
        return None
    return _planned(tx, held.ref)


def clear_abandoned(pipeline: Pipeline, ref: RunRef) -> None:
    """Undo what runs that were abandoned left above what is published of the run's data types."""
    cleared = False
    while not cleared:
        with pipeline.db.write() as tx:
            cleared = _clear_some(tx, hold(tx, ref))
            renew(tx, ref, until=pipeline.lease_end())


def _clear_some(tx: Connection, held: Held) -> bool:
    """Undo as much of it as one commit may; True once nothing is left."""
    pulls = active_pulls(tx, held.run.company_id, held.run.id)
    return all(prepare(tx, dataset_of(held, pull.data_type)) for pull in pulls)


def _insert_plan(tx: Connection, pipeline: Pipeline, held: Held) -> None:
    types = [pull.data_type for pull in active_pulls(tx, held.run.company_id, held.run.id)]
    pin(tx, pipeline.source, held, types)
    now = pipeline.clock.now()
    for position, resource in enumerate(pipeline.source.needed_for(types)):
        fed = [each for each in resource.data_types if each in types]
        saved = _saved(tx, held, resource)
        if _is_fresh(resource, [saved.get(each) for each in fed], now):
            continue
        begun = [saved[each].cursor if each in saved else START for each in fed]
        cursor = resource.paging.merge(begun, now)
        row = _row(held, resource, data_types=fed, cursor=cursor)
        tally = Tally(_is_full(resource, cursor, now)).to_json()
        tx.execute(insert(run_resources).values(**row, position=position, tally=tally))


def _planned(tx: Connection, ref: RunRef) -> Sequence[Row[Any]]:
    return tx.execute(
        select(run_resources)
        .where(run_resources.c.company_id == ref.company_id, run_resources.c.run_id == ref.run_id)
        .order_by(run_resources.c.position)
    ).all()


def _is_fresh(resource: Resource, saved: Sequence[Row[Any] | None], now: datetime) -> bool:
    """Whether what only tells of deletions was read not long ago, for every type."""
    if resource.every is None:
        return False
    return all(row is not None and row.moved_at + resource.every > now for row in saved)


def _is_full(resource: Resource, cursor: Cursor, now: datetime) -> bool:
    """Whether the pass is over the whole list, and not only over what changed."""
    return lists_all(resource.paging) or cursor == resource.paging.merge([START], now)


def _saved(tx: Connection, held: Held, resource: Resource) -> Mapping[str, Row[Any]]:
    """The durable cursors, by data type."""
    found = tx.execute(
        select(cursors).where(
            cursors.c.company_id == held.run.company_id,
            cursors.c.connection_id == held.connection.id,
            cursors.c.resource == resource.name,
        )
    )
    return {row.data_type: row for row in found}


def _row(
    held: Held, resource: Resource, *, data_types: Sequence[str], cursor: Cursor
) -> dict[str, object]:
    return {
        "company_id": held.run.company_id,
        "run_id": held.run.id,
        "resource": resource.name,
        "connection_id": held.connection.id,
        "platform": held.run.platform,
        "data_types": list(data_types),
        "state": "pending",
        "sequence": 0,
        "records": 0,
        "cursor": dict(cursor),
    }
