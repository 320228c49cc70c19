"""Read resources, page by page: fetch, keep raw, map, write versions, commit with the cursor.

Whatever stops this, the next reader goes on after the last committed page: the cursor moves in the
transaction that writes the page's records. A page that was kept and not committed is taken from
where it is kept; a crash costs the one on its way there, and the one being fetched. A power cut may
also undo what was committed since the store last flushed: these pages are kept, too, and asked for
again only where their headers were needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import count
from typing import Any, Literal

import httpx

from shared_code.errors import CausewayError, Reauthorise, Retry, Skip
from shared_code.fetch.paging import Cursor, Each, Stale, Stuck, follow
from shared_code.fetch.provider import Provider
from shared_code.raw.pages import KeptPages
from shared_code.spec import Resource
from shared_code.sync.checking import where_to_begin
from shared_code.sync.ending import end_deauthorised, end_resource
from shared_code.sync.heard import HeadersNotKeptError, Heard
from shared_code.sync.pagework import Listed, Reader
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.readers import reader_for
from shared_code.sync.reading import (
    PagesLost,
    PrerequisiteNotMet,
    Reading,
    begin_reading,
    job_of,
    read_again,
    show_fetching,
)
from shared_code.sync.runs import RunLost, RunRef, hold, look
from shared_code.sync.storing import Fetched, Storing, Turning
from shared_code.sync.waiting import wait_out

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


def read_pages(pipeline: Pipeline, ref: RunRef, *names: str) -> Step:
    """Read resources, in order, until all are over, time is up, or the provider asks to wait.

    `PagesLost` when what one looks up is not there any more.
    """
    began = pipeline.clock.now()
    resources = [pipeline.source.resource(name) for name in names]
    try:
        with pipeline.db.read() as tx:
            held = look(tx, ref)
        provider = pipeline.provider_for(held.connection)
    except CausewayError as trouble:
        step = _settle(pipeline, ref, resources[0], trouble)
        return replace(step, state="more") if step.state == "over" else step
    kept = KeptPages(pipeline.blobs, ref.company_id, held.connection.id, ref.run_id)
    with (
        reader_for(pipeline.source, pipeline.make_source) as reader,
        closing(Storing(pipeline, ref)) as storing,
        provider.ahead() as asked,
    ):
        way = _Way(pipeline, ref, asked, reader, storing, kept)
        step = _read_all(way, resources, until=began + ACTIVITY)
    seconds = (pipeline.clock.now() - began).total_seconds()
    return Step(step.state, seconds, step.until)


_Page = tuple[Fetched, bytes]
"""A page and its body."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Who reads for which claim, and all that a page goes through."""

    pipeline: Pipeline
    ref: RunRef
    provider: Provider
    reader: Reader
    storing: Storing
    kept: KeptPages

    def read(self, resource: Resource, *, until: datetime) -> Step:
        """Read a resource; what it looks up or goes by is committed before."""
        any_of = [each.name for each in self.pipeline.source.resources]
        goes_by = any_of if isinstance(resource.paging, Each) else resource.lookups
        if self.storing.holds(goes_by):
            self.storing.flush()
        with self.pipeline.db.read() as tx:
            reading = begin_reading(tx, self.pipeline, look(tx, self.ref), resource)
        cursor = where_to_begin(self.pipeline, reading)
        if done := cursor.get("done"):
            self.storing.end(resource)
            return Step("over")
        self.reader.open(job_of(self.pipeline, reading))
        for page, body in self._pages(reading, cursor, until):
            self.storing.take(page, body, most_ahead=self.reader.most_ahead)
            done = page.after.get("done")
        return Step("over" if done else "more")

    def _pages(self, reading: Reading, cursor: Cursor, until: datetime) -> Iterator[_Page]:
        provider = self.provider.for_first_sync() if reading.first else self.provider
        for sequence in count(reading.row.sequence):
            if cursor.get("done"):
                return
            at = Turning(reading, sequence, cursor)
            page, body = self._kept(at) or self._asked(provider, at)
            cursor = page.after
            yield page, body
            if self.pipeline.clock.now() >= until:
                return

    def _kept(self, at: Turning) -> _Page | None:
        """The page as somebody kept it who did not live to commit it."""
        body = self.kept.body(at.place)
        if body is None:
            return None
        try:
            return self._fetched(at, self.reader.list(body), Heard(None)), body
        except (HeadersNotKeptError, ValueError):
            # Another release of the connector may have kept what this one cannot read.
            return None

    def _asked(self, provider: Provider, at: Turning) -> _Page:
        def parse(response: httpx.Response) -> tuple[bytes, Listed, Heard]:
            empty = response.status_code != HTTPStatus.OK
            body = b"" if empty else response.content
            return body, self.reader.list(body), Heard(response.headers)

        resource = at.reading.resource
        url = self.pipeline.source.base_url + resource.path
        body, listed, headers = provider.read(url, resource.paging.ask(at.cursor), parse)
        return self._fetched(at, listed, headers), body

    def _fetched(self, at: Turning, listed: Listed, headers: Heard) -> Fetched:
        answer, mapped = listed.answer(headers), self.reader.map()
        after = follow(at.reading.resource.paging, at.cursor, answer)
        return Fetched(at, listed, answer, after, mapped, repeatable=not headers.were_read)


def _read_all(way: _Way, resources: Sequence[Resource], *, until: datetime) -> Step:
    step = Step("over")
    for resource in resources:
        try:
            step = way.read(resource, until=until)
            if resource is not resources[-1] and way.pipeline.clock.now() >= until:
                step = Step("more")
            if step.state != "over" or resource is resources[-1]:
                way.storing.flush()
        except CausewayError as trouble:
            step = _settle_all(way, resource, trouble)
        if step.state != "over":
            break
    return step


def _settle_all(way: _Way, resource: Resource, trouble: CausewayError) -> Step:
    """Let what was read before the trouble count; if that is in trouble itself, it comes first."""
    try:
        way.storing.flush()
    except CausewayError as earlier:
        failed = way.storing.failed_in
        step = _settle(way.pipeline, way.ref, failed or resource, earlier)
        # What was to be committed with it is read again.
        return replace(step, state="more") if step.state == "over" else step
    return _settle(way.pipeline, way.ref, resource, trouble)


def _settle(pipeline: Pipeline, ref: RunRef, resource: Resource, trouble: CausewayError) -> Step:
    """Turn a trouble into what happens next."""
    try:
        match trouble:
            case RunLost():
                return Step("lost")
            case PagesLost():
                raise trouble
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
    """Let the run wait; what keeps failing is given up on."""
    with pipeline.db.write() as tx:
        held = hold(tx, ref)
        show_fetching(tx, held, resource)
        until = wait_out(tx, pipeline, held, trouble)
    if until is not None:
        return Step("wait", until=until.isoformat())
    end_resource(pipeline, ref, resource, status="FetchError", fault=trouble)
    return Step("over")
