"""Read a resource, page by page: fetch, keep raw, map, write versions, commit with the cursor.

Whatever stops this, the next reader goes on after the last committed page: the cursor moves in the
transaction that writes the page's records, so a crash costs the page in flight and no more. A power
cut may also cost the pages that were committed since the store last flushed: they are read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

import httpx

from shared_code.errors import CausewayError, Reauthorise, Retry, Skip
from shared_code.fetch.paging import Answer, Key, Stale, Stuck, Turn, follow
from shared_code.raw.pages import Place, keep
from shared_code.spec import Native, Page, Resource
from shared_code.sync.checking import told_in, where_to_begin
from shared_code.sync.commit import PageCommit, PageIn
from shared_code.sync.ending import end_deauthorised, end_resource
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.preparing import prepare_page
from shared_code.sync.reading import PrerequisiteNotMet, Reading, begin_reading, read_again
from shared_code.sync.runs import WAITING_GRACE, Pause, RunLost, RunRef, hold, pause, progress
from shared_code.sync.tally import Tally

ACTIVITY = timedelta(seconds=30)
"""No further page is begun after this: a host does few activities at a time, and whoever waits for
its turn must get it well before its lease ends. The last page fits into an activity's five minutes.
"""

State = Literal["more", "wait", "over", "lost"]


@dataclass(frozen=True, slots=True)
class Step:
    """How an activity ended: `more` to read, `wait` until, the resource is `over`, the run `lost`.

    `seconds` is how long it was active; `until` is an ISO moment.
    """

    state: State
    seconds: float = 0.0
    until: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Give what an orchestration can carry."""
        return asdict(self)


def read_pages(pipeline: Pipeline, ref: RunRef, name: str) -> Step:
    """Read a resource until it is over, time is up, or the provider asks to wait."""
    began = pipeline.clock.now()
    resource = pipeline.source.resource(name)
    try:
        step = _read(pipeline, ref, resource, until=began + ACTIVITY)
    except CausewayError as trouble:
        step = _settle(pipeline, ref, resource, trouble)
    seconds = (pipeline.clock.now() - began).total_seconds()
    return Step(step.state, seconds, step.until)


def _read(pipeline: Pipeline, ref: RunRef, resource: Resource, *, until: datetime) -> Step:
    with pipeline.db.write() as tx:
        reading = begin_reading(tx, pipeline, hold(tx, ref), resource)
    provider = pipeline.provider_for(reading.held.connection)
    if reading.first:
        provider = provider.for_first_sync()
    url = pipeline.source.base_url + resource.path
    parse = partial(_parse, resource)
    cursor, sequence = where_to_begin(pipeline, ref, reading), reading.row.sequence
    tally = Tally.of(reading.row, resource)
    while not cursor.get("done"):
        got = provider.read(url, resource.paging.ask(cursor), parse)
        before, cursor = cursor, follow(resource.paging, cursor, got.answer)
        prepared = {
            each.feed.data_type: prepare_page(each.map(got.records)) for each in reading.mappers
        }
        tally = tally.add(Turn(resource.paging, before, got.answer, cursor), prepared)
        taken = PageIn(
            sequence=sequence,
            body=got.body,
            source_ids=[key.id for key, _ in got.records],
            deleted={key.id: key.modified for key in got.deleted},
            total=got.answer.total,
            cursor=cursor,
            prepared=prepared,
            tally=tally,
            figures=told_in(reading, got.records, before),
        )
        _keep_and_commit(pipeline, ref, reading, taken)
        sequence += 1
        if pipeline.clock.now() >= until and not cursor.get("done"):
            return Step("more")
    return Step("over")


@dataclass(frozen=True, slots=True)
class _Got:
    """A page as it came and as it was understood."""

    body: bytes
    records: Sequence[tuple[Key, Native]]
    deleted: Sequence[Key]
    answer: Answer


def _parse(resource: Resource, response: httpx.Response) -> _Got:
    """Read a page whole: a record without its key makes the answer one that cannot be read."""
    empty = response.status_code == HTTPStatus.NO_CONTENT
    page = Page([]) if empty else resource.parse(response.content)
    try:
        records = resource.keyed(page)
    except KeyError as missing:
        raise ValueError(f"a record of {resource.name} without {missing}") from None
    answer = Answer(
        keys=[*(key for key, _ in records), *page.deleted],
        next=page.next,
        more=page.more,
        total=page.total,
        rows=page.rows,
        headers=response.headers,
    )
    return _Got(response.content, records, page.deleted, answer)


def _keep_and_commit(pipeline: Pipeline, ref: RunRef, reading: Reading, page: PageIn) -> None:
    """Keep the page, then commit it; a page that nobody will ever own is not left behind."""
    connection, name = reading.held.connection, reading.resource.name
    place = Place(ref.company_id, connection.id, ref.run_id, name, page.sequence)
    raw = keep(pipeline.blobs, place, page.body)
    try:
        with pipeline.db.write(flushed=False) as tx:
            held = hold(tx, ref)
            PageCommit(tx, held, reading, page, raw, pipeline.clock.now()).write()
            progress(tx, ref, until=pipeline.lease_end())
    except RunLost as lost:
        if lost.gone:
            pipeline.blobs.delete(raw.path)
        raise


def _settle(pipeline: Pipeline, ref: RunRef, resource: Resource, trouble: CausewayError) -> Step:
    """Turn a trouble into what happens next."""
    try:
        match trouble:
            case RunLost():
                return Step("lost")
            case Reauthorise():
                end_deauthorised(pipeline, ref, trouble)
                return Step("lost")
            case Retry():
                return _wait(pipeline, ref, resource, trouble)
            case Stale():
                return _again(pipeline, ref, resource)
            case _:
                end_resource(pipeline, ref, resource, status=_status(trouble), fault=trouble)
    except RunLost:
        return Step("lost")
    return Step("over")


def _again(pipeline: Pipeline, ref: RunRef, resource: Resource) -> Step:
    """Begin a pass again whose cursor the provider forgot, unless it keeps forgetting."""
    try:
        with pipeline.db.write() as tx:
            read_again(tx, pipeline, hold(tx, ref), resource)
    except Stuck as stuck:
        end_resource(pipeline, ref, resource, status="FetchError", fault=stuck)
        return Step("over")
    return Step("more")


def _status(trouble: CausewayError) -> str:
    if isinstance(trouble, PrerequisiteNotMet):
        return "PrerequisiteNotMet"
    return "PermissionsError" if isinstance(trouble, Skip) else "FetchError"


def _wait(pipeline: Pipeline, ref: RunRef, resource: Resource, trouble: Retry) -> Step:
    """Let the run wait; a provider that says how long is obeyed, one that fails is given up on.

    A limit is no failure: a run may wait for it for days.
    """
    patience = pipeline.habits.patience
    with pipeline.db.write() as tx:
        held = hold(tx, ref)
        asked = trouble.retry_after is not None
        failures = held.run.failures + (0 if asked else 1)
        if failures <= patience.failures:
            wait = (
                timedelta(seconds=trouble.retry_after)
                if trouble.retry_after is not None
                else patience.wait(failures)
            )
            until = pipeline.clock.now() + wait
            grace = min(WAITING_GRACE, pipeline.habits.lease)
            pause(tx, ref, Pause(until, trouble.public, failures, grace))
            return Step("wait", until=until.isoformat())
    end_resource(pipeline, ref, resource, status="FetchError", fault=trouble)
    return Step("over")
