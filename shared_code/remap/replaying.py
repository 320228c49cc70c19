"""Replay the kept pages of a data type through a version of the mapping, some at a time.

Each commit is of a bounded number of records and moves the cursor along, so that whoever comes
after a crash goes on behind it. Nothing is asked of the provider: there is no way to it from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row, select, update

from shared_code.errors import Abort
from shared_code.raw.pages import body_of
from shared_code.remap.manifest import Manifest, page_of, read_manifest
from shared_code.remap.outcomes import Again, Outcome, map_again, outcomes
from shared_code.remap.writing import Writing
from shared_code.spec import DataSource, Feed, Lookups, Page, Resource
from shared_code.store.records import COMMIT_ROWS, Dataset, Known, Origin, known_of
from shared_code.store.schema import raw_pages, remap_types
from shared_code.sync.pages import ACTIVITY, Step
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.pulls import FETCHED, show
from shared_code.sync.reading import dataset_of, fingerprint, read_lookups
from shared_code.sync.runs import Held, RunLost, RunRef, hold, progress, renew

BATCH = COMMIT_ROWS // 2
"""Records in one commit: each is closed in one row and written in another."""

_log = structlog.get_logger(__name__)


class PageUnusableError(Exception):
    """A page, or what its mapping looked things up in, is not kept as it was."""


def feeding(source: DataSource, data_type: str) -> list[str]:
    """The names of the lists that bring records of a type."""
    return [
        each.name
        for each in source.resources
        if any(feed.data_type == data_type for feed in each.feeds)
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
            manifest = read_manifest(tx, dataset, feeding(self.source, self.data_type))
        for page in manifest.pages:
            if row.state == "over":
                break
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
        except (PageUnusableError, Abort, ValueError) as trouble:
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
        feed = next(each for each in resource.feeds if each.data_type == self.data_type)
        body = body_of(self.pipeline.blobs, page.path, page.sha256)
        parsed = resource.parse(body) if body else Page([])
        again = self._mapped(resource, feed, page, parsed)
        with self.pipeline.db.read() as tx:
            known = known_of(tx, dataset, generation, list(again))
        here = page_of(page)

        def is_latest(about: Known) -> bool:
            return manifest.latest(about) in (None, here)

        deleted = {each.id for each in parsed.deleted}
        return list(outcomes(again.values(), known, is_latest=is_latest, deleted=deleted))

    def _mapped(
        self, resource: Resource, feed: Feed, page: Row[Any], parsed: Page
    ) -> Mapping[str, Again]:
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
            counts = Counter(row.counts) + writing.count(batch.found)
            if not self.job.dry_run:
                version = str(self.source.mapping_version)
                writing.stage(batch.found, Origin(*page_of(page), version))
            done = row.pages_done + bool(batch.cursor["whole"])
            row = self._change(tx, cursor=batch.cursor, counts=dict(counts), pages_done=done)
            progress(tx, self.ref, until=self.pipeline.lease_end())
            _show(tx, held, row)
        return row

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
    try:
        for data_type in data_types:
            step = Replay(pipeline, ref, job, data_type, source).work(began + ACTIVITY)
            if step.state != "over":
                break
    except RunLost:
        step = Step("lost")
    seconds = (pipeline.clock.now() - began).total_seconds()
    return Step(step.state, seconds)


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
