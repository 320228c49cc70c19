"""Begin to read a resource: its row, the data types it feeds in this run, and its lookups."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, true, update

from shared_code.custody.grants import parted
from shared_code.errors import Abort, Skip
from shared_code.fetch.paging import START, begin_again
from shared_code.raw.pages import body_of
from shared_code.spec import Check, Native, Resource
from shared_code.store.records import Dataset, read_state
from shared_code.store.schema import cursors, grants, raw_pages, run_resources
from shared_code.sync.pagework import Job, parsed
from shared_code.sync.pins import pinned
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.pulls import active_pulls, show
from shared_code.sync.runs import Held, RunLost
from shared_code.sync.tally import Tally

TO_READ = ("pending", "reading")
"""The states of a resource that is not over."""
_FIRST_PROGRESS = 5


class PrerequisiteNotMet(Abort):
    """A resource that the mapping refers to could not be read."""


class PagesLost(Abort):
    """The store lost pages that it had not flushed when its power was cut: they are read again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A resource in reading."""

    resource: Resource
    row: Row[Any]
    held: Held
    versions: Mapping[str, int]
    """Of the mapping, by data type."""
    lookup_pages: Sequence[Row[Any]]
    """The kept pages that its mapping looks things up in."""
    swept: frozenset[str]
    """Data types of which a sweep will tell what is gone: it needs to know what was seen."""
    first: bool
    """Whether it is the first full pass for any of its data types."""
    lookups_sha256: str
    """Of these pages: with them the mapping can be repeated."""
    checks: tuple[Check, ...] = ()
    """What the run is held against: those of which no data type has failed."""


def show_fetching(tx: Connection, held: Held, resource: Resource) -> None:
    """Move the data types of a resource to `Fetching`, if nothing of it was read yet."""
    row = tx.execute(select(run_resources).where(*row_of(held, resource.name))).one_or_none()
    if row is not None and row.state == "pending":
        types = [each for each in resource.fed if each in row.data_types]
        show(tx, held.run, types, status="Fetching", progress=_FIRST_PROGRESS)


def begin_reading(tx: Connection, pipeline: Pipeline, held: Held, resource: Resource) -> Reading:
    """Find where the resource stands, and what its mapping takes; changes nothing.

    `Skip` where the company did not grant what it takes.
    """
    row = tx.execute(select(run_resources).where(*row_of(held, resource.name))).one_or_none()
    if row is None or row.state not in TO_READ:
        raise RunLost("The resource is not to be read any more")
    if not _is_granted(tx, held, resource):
        needed = " or ".join(sorted(resource.scopes))
        raise Skip(
            f"The company did not grant what {resource.name} take ({needed}): "
            "once the app may ask for it, the company has to link again"
        )
    run = held.run
    types = [each for each in resource.fed if each in row.data_types]
    checks = resource.checks_of([e.data_type for e in active_pulls(tx, run.company_id, run.id)])
    pages = _lookup_pages(tx, pipeline, held, resource) if types or checks else []
    versions = {each: _version(tx, pipeline, held, each) for each in row.data_types}
    return Reading(
        resource=resource,
        row=row,
        held=held,
        versions=versions,
        lookup_pages=pages,
        swept=pipeline.source.swept(),
        first=_is_first(tx, held, row),
        lookups_sha256=fingerprint(pages),
        checks=checks,
    )


def job_of(pipeline: Pipeline, reading: Reading) -> Job:
    """Describe the work on a resource's pages, with all that it takes."""
    resource, versions = reading.resource, reading.versions
    return Job(
        resource=resource.name,
        versions={
            feed.data_type: versions[feed.data_type]
            for feed in resource.feeds
            if feed.data_type in versions
        },
        checks=tuple(check.kind for check in reading.checks),
        lookups=_bodies(pipeline, resource.lookups, reading.lookup_pages),
        lookups_sha256=reading.lookups_sha256,
    )


def _is_granted(tx: Connection, held: Held, resource: Resource) -> bool:
    """Whether the company granted what a resource takes, if the provider says what it granted."""
    if not resource.scopes:
        return True
    granted = tx.scalar(
        select(grants.c.scopes).where(
            grants.c.company_id == held.run.company_id,
            grants.c.connection_id == held.connection.id,
        )
    )
    return not granted or bool(resource.scopes & parted(granted))


def read_again(tx: Connection, pipeline: Pipeline, held: Held, resource: Resource) -> None:
    """Begin the resource's pass again from the beginning; what was read of it stays read."""
    cursor = tx.scalar(select(run_resources.c.cursor).where(*row_of(held, resource.name))) or START
    again = dict(begin_again(resource.paging, cursor, pipeline.clock.now()))
    anew = {"cursor": again, "tally": Tally(full=True).to_json()}
    tx.execute(update(run_resources).where(*row_of(held, resource.name)).values(**anew))


def row_of(held: Held, name: str) -> tuple[Any, ...]:
    """Tell the row of a run's resource from all others."""
    return (
        run_resources.c.company_id == held.run.company_id,
        run_resources.c.run_id == held.run.id,
        run_resources.c.resource == name,
    )


def _is_first(tx: Connection, held: Held, row: Row[Any]) -> bool:
    """Whether a data type was never published from this resource; for a mere lookup, from any."""
    types, mine = set(row.data_types), cursors.c.resource == row.resource
    published = tx.scalars(
        select(cursors.c.data_type).where(
            cursors.c.company_id == held.run.company_id,
            cursors.c.connection_id == held.connection.id,
            mine if types else true(),
        )
    )
    known = set(published)
    return not types <= known if types else not known


def _lookup_pages(
    tx: Connection, pipeline: Pipeline, held: Held, resource: Resource
) -> Sequence[Row[Any]]:
    """The kept pages of the run's lookups, in order; all that were granted were read.

    Otherwise this cannot be.
    """
    for name in resource.lookups:
        state = tx.scalar(select(run_resources.c.state).where(*row_of(held, name)))
        if state in TO_READ:
            raise PagesLost(f"Pages of {name} were read and are gone")
        if state != "read" and _is_granted(tx, held, pipeline.source.resource(name)):
            raise PrerequisiteNotMet(f"{resource.name} needs {name}, which could not be read")
    return tx.execute(
        select(raw_pages)
        .where(
            raw_pages.c.company_id == held.run.company_id,
            raw_pages.c.run_id == held.run.id,
            raw_pages.c.resource.in_(resource.lookups),
        )
        .order_by(raw_pages.c.resource, raw_pages.c.sequence)
    ).all()


def _version(tx: Connection, pipeline: Pipeline, held: Held, data_type: str) -> int:
    return pinned(read_state(tx, dataset_of(held, data_type)), pipeline.source)


def read_lookups(
    pipeline: Pipeline, names: Sequence[str], pages: Sequence[Row[Any]]
) -> Mapping[str, Sequence[Native]]:
    """Read the records of lookup resources from their kept pages."""
    return parsed(pipeline.source, _bodies(pipeline, names, pages))


def _bodies(
    pipeline: Pipeline, names: Sequence[str], pages: Sequence[Row[Any]]
) -> Mapping[str, Sequence[bytes]]:
    bodies: dict[str, list[bytes]] = {name: [] for name in names}
    for page in pages:
        bodies[page.resource].append(body_of(pipeline.blobs, page.path, page.sha256))
    return bodies


def dataset_of(held: Held, data_type: str) -> Dataset:
    """The dataset that a run writes for one of its types."""
    return Dataset(held.run.company_id, held.connection.id, data_type, held.run.platform)


def fingerprint(pages: Sequence[Row[Any]]) -> str:
    """The hash that a page's manifest keeps of the pages behind its lookups."""
    return hashlib.sha256("".join(page.sha256 for page in pages).encode()).hexdigest()
