"""Replay the kept pages of a data type through a version of the mapping, some at a time.

Each commit is of a bounded number of records and moves the cursor along, so that whoever comes
after a crash goes on behind it. Nothing is asked of the provider: there is no way to it from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, Row, select, update

from shared_code.errors import CausewayError, Retry
from shared_code.ports.blobs import BlobNotFound
from shared_code.raw.pages import PageDamaged, body_of
from shared_code.remap.manifest import Manifest, page_of, read_manifest
from shared_code.remap.outcomes import Again, Outcome, map_again, outcomes
from shared_code.remap.writing import Writing
from shared_code.spec import DataSource, Lookups, Page, Resource
from shared_code.store.records import COMMIT_ROWS, Dataset, Origin, known_of
from shared_code.store.schema import raw_pages, remap_types, remaps
from shared_code.sync.pages import ACTIVITY, Step
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.pulls import FETCHED, Failure, fail, show
from shared_code.sync.reading import dataset_of, fingerprint, read_lookups
from shared_code.sync.runs import Held, RunLost, RunRef, hold, progress, renew
from shared_code.sync.waiting import wait_out

BATCH = COMMIT_ROWS // 2
"""Records in one commit: each is closed in one row and written in another."""

_log = structlog.get_logger(__name__)


class PageUnusableError(Exception):
    """A page, or what its mapping looked things up in, is not kept as it was."""


def speaking(source: DataSource, data_type: str) -> list[str]:
    """The names of the lists that bring records of a type, or name those that are gone."""
    return [
        each.name
        for each in source.resources
        if data_type in each.fed or (data_type in each.deletes and not each.listed_whole)
    ]


@dataclass(slots=True)
class Replay:
    """One data type of a re-map, with the source as the chosen version maps it."""

    pipeline: Pipeline
    ref: RunRef
    job: Row[Any]
    data_type: str
    source: DataSource
    batch: int = BATCH
    _lookups: dict[str, Lookups] = field(default_factory=dict)

    def work(self, until: datetime) -> Step:
        """Replay pages until all are done, or time is up; `RunLost` if it is somebody else's."""
        with self.pipeline.db.write() as tx:
            held = hold(tx, self.ref)
            renew(tx, self.ref, until=self.pipeline.lease_end())
            dataset, row = dataset_of(held, self.data_type), self._row(tx)
        with self.pipeline.db.read() as tx:
            manifest = read_manifest(
                tx,
                dataset,
                speaking(self.source, self.data_type),
                last_pull_id=row.last_pull_id,
            )
        for page in manifest.pages:
            if self._is_done(manifest, page, row):
                continue
            if self.pipeline.clock.now() >= until:
                return Step("more")
            row = self._replay(manifest, dataset, page, row)
        self._finish()
        return Step("over")

    def _is_done(self, manifest: Manifest, page: Row[Any], row: Row[Any]) -> bool:
        at, key = row.cursor.get("at"), manifest.key(page_of(page))
        return at is not None and (key is None or list(key) < at)

    def _replay(
        self, manifest: Manifest, dataset: Dataset, page: Row[Any], row: Row[Any]
    ) -> Row[Any]:
        """Do a page, from the record on where it was left; gives the row as it then is."""
        key = list(manifest.key(page_of(page)) or ())
        begun = row.cursor.get("done", 0) if row.cursor.get("at") == key else 0
        if row.cursor.get("at") == key and row.cursor.get("whole"):
            return row
        try:
            found = self._outcomes(manifest, dataset, page, row.generation)
        except (PageUnusableError, PageDamaged, BlobNotFound, ValueError) as trouble:
            _log.warning("raw page cannot be used", path=page.path, reason=repr(trouble))
            found = []
        while True:
            some, last = found[begun : begun + self.batch], begun + self.batch >= len(found)
            begun += len(some)
            cursor = {"at": key, "done": begun, "whole": last}
            row = self._commit(dataset, page, row, _Batch(some, cursor))
            if last:
                return row

    def _outcomes(
        self, manifest: Manifest, dataset: Dataset, page: Row[Any], generation: int
    ) -> list[Outcome]:
        resource = self.source.resource(page.resource)
        body = body_of(self.pipeline.blobs, page.path, page.sha256)
        parsed = resource.parse(body) if body else Page([])
        again = self._mapped(resource, page, parsed)
        with self.pipeline.db.read() as tx:
            deleted = {each.id for each in parsed.deleted}
            known = known_of(tx, dataset, generation, [*{*again, *deleted}])
        stands = partial(manifest.stands, page_of(page))
        return list(outcomes(again.values(), known, stands=stands, deleted=deleted))

    def _mapped(self, resource: Resource, page: Row[Any], parsed: Page) -> Mapping[str, Again]:
        feed = next((each for each in resource.feeds if each.data_type == self.data_type), None)
        if feed is None:
            return {}
        try:
            records = resource.keyed(parsed)
        except KeyError as missing:
            raise PageUnusableError(f"a record without {missing}") from None
        return map_again(feed, records, self._looked_up(resource, page))

    def _looked_up(self, resource: Resource, page: Row[Any]) -> Lookups:
        """What the page's mapping looked things up in, as it was then."""
        names = resource.lookups if page.lookups is None else tuple(page.lookups)
        remembered = f"{page.run_id} {names}"
        if remembered not in self._lookups:
            with self.pipeline.db.read() as tx:
                pages = _lookup_pages(tx, page, names)
            if fingerprint(pages) != page.lookups_sha256:
                raise PageUnusableError("what it was looked up in is not kept")
            records = read_lookups(self.pipeline, names, pages)
            self._lookups = {remembered: self.source.make_lookups(records)}
        return self._lookups[remembered]

    def _commit(self, dataset: Dataset, page: Row[Any], seen: Row[Any], batch: _Batch) -> Row[Any]:
        with self.pipeline.db.write() as tx:
            held = hold(tx, self.ref)
            row = self._row(tx)
            if row.cursor != seen.cursor:
                raise RunLost("Another driver has done this page")
            writing = Writing(tx, dataset, self.ref.run_id, row.generation)
            found = writing.telling(batch.found)
            counts = Counter(row.counts) + writing.count(found)
            if not self.job.dry_run:
                version = str(self.source.mapping_version)
                writing.stage(found, Origin(*page_of(page), version))
            done = row.pages_done + bool(batch.cursor["whole"])
            row = self._change(tx, cursor=batch.cursor, counts=dict(counts), pages_done=done)
            progress(tx, self.ref, until=self.pipeline.lease_end())
            _show(tx, held, row)
        return row

    def wait_or_fail(self, trouble: CausewayError) -> datetime | None:
        """Pause until a moment, which is given, or end the type by name; None where it ended."""
        with self.pipeline.db.write() as tx:
            held = hold(tx, self.ref)
            if isinstance(trouble, Retry) and (until := wait_out(tx, self.pipeline, held, trouble)):
                return until
            self._change(tx, state="failed")
            failure = Failure("MapError", trouble.public, self.pipeline.clock.now())
            fail(tx, held.run, [self.data_type], failure)
            note_error(tx, self.ref, trouble.public)
        return None

    def _finish(self) -> None:
        with self.pipeline.db.write() as tx:
            held = hold(tx, self.ref)
            _show(tx, held, self._change(tx, state="over"))

    def _row(self, tx: Connection) -> Row[Any]:
        return tx.execute(select(remap_types).where(*self._mine())).one()

    def _change(self, tx: Connection, **values: object) -> Row[Any]:
        changed = update(remap_types).where(*self._mine()).values(**values)
        return tx.execute(changed.returning(remap_types)).one()

    def _mine(self) -> tuple[Any, ...]:
        return (
            remap_types.c.company_id == self.ref.company_id,
            remap_types.c.run_id == self.ref.run_id,
            remap_types.c.data_type == self.data_type,
        )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Outcomes to commit at once, and the cursor behind them."""

    found: Sequence[Outcome]
    cursor: Mapping[str, Any]


def replay(pipeline: Pipeline, ref: RunRef, job: Row[Any], *data_types: str) -> Step:
    """Go on with data types, in order, for as long as an activity may take."""
    began, step = pipeline.clock.now(), Step("over")
    source = pipeline.source.mapped_by(job.mapping_version)
    for data_type in data_types:
        one = Replay(pipeline, ref, job, data_type, source)
        try:
            step = one.work(began + ACTIVITY)
        except CausewayError as trouble:
            step = _settle(one, trouble)
        if step.state != "over":
            break
    seconds = (pipeline.clock.now() - began).total_seconds()
    return Step(step.state, seconds, step.until)


def note_error(tx: Connection, ref: RunRef, message: str) -> None:
    """Note with a re-map why it, or one of its types, came to nothing."""
    mine = (remaps.c.company_id == ref.company_id, remaps.c.run_id == ref.run_id)
    tx.execute(update(remaps).where(*mine).values(error_message=message))


def _settle(one: Replay, trouble: CausewayError) -> Step:
    """Turn a trouble into what happens next: it says nothing of the pages."""
    if isinstance(trouble, RunLost):
        return Step("lost")
    try:
        until = one.wait_or_fail(trouble)
    except RunLost:
        return Step("lost")
    return Step("over") if until is None else Step("wait", until=until.isoformat())


def _lookup_pages(tx: Connection, page: Row[Any], names: Sequence[str]) -> Sequence[Row[Any]]:
    return tx.execute(
        select(raw_pages)
        .where(
            raw_pages.c.company_id == page.company_id,
            raw_pages.c.run_id == page.run_id,
            raw_pages.c.resource.in_(names),
        )
        .order_by(raw_pages.c.resource, raw_pages.c.sequence)
    ).all()


def _show(tx: Connection, held: Held, row: Row[Any]) -> None:
    share = FETCHED * row.pages_done // row.pages if row.pages else 0
    percent = FETCHED if row.state == "over" else min(FETCHED - 1, share)
    show(tx, held.run, [row.data_type], status="Mapping", progress=percent)
