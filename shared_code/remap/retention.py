"""Let go of raw pages: those of runs that came to nothing, and old ones that no re-map needs.

Those that a run kept and did not commit have no row. They go once it is over: until then whoever
takes it over may want them.

A page is needed as long as it is the latest that spoke of a record which is published today, or the
one that the record's version was written from, in case the latest is lost. With it stay the pages
that its mapping looked things up in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    or_,
    select,
    tuple_,
    update,
)

from shared_code.ports.blobs import Blobs
from shared_code.raw.pages import prefix, run_of
from shared_code.remap.manifest import page_of, published_runs, runs_behind
from shared_code.store.database import Database
from shared_code.store.records import Dataset, latest_pages
from shared_code.store.records.appearances import PageOf
from shared_code.store.schema import (
    connections,
    datasets,
    raw_pages,
    remap_changes,
    runs,
    suspicions,
)
from shared_code.turn import Turn

PAGES = 500
"""Pages in one commit."""

AGAIN = timedelta(days=1)
"""How long until a connection is looked at again."""

T = TypeVar("T")

_PAGE: tuple[ColumnElement[Any], ...] = (
    raw_pages.c.run_id,
    raw_pages.c.resource,
    raw_pages.c.sequence,
    raw_pages.c.path,
    raw_pages.c.fetched_at,
    raw_pages.c.lookups,
)


def let_go_of_pages(db: Database, blobs: Blobs, turn: Turn, *, keep: timedelta) -> int:
    """Look at connections that are due; gives how many pages went."""
    now = turn.clock.now()
    sweeper = _Sweeper(db, blobs, turn, now - keep)
    return turn.each(_due(db, now, turn.sight), sweeper.look_at, sweeper.put_off)


def _due(db: Database, now: datetime, limit: int) -> Sequence[Row[Any]]:
    swept = connections.c.pages_swept_at
    with db.read() as tx:
        return tx.execute(
            select(connections)
            .where(
                connections.c.deleted_at.is_(None),
                or_(swept.is_(None), swept <= now - AGAIN),
            )
            .order_by(swept.is_not(None), swept)
            .limit(limit)
        ).all()


@dataclass(frozen=True, slots=True)
class _Sweeper:
    """A turn of letting go: of pages that were fetched before a moment."""

    db: Database
    blobs: Blobs
    turn: Turn
    before: datetime

    def look_at(self, connection: Row[Any]) -> int:
        """Let go of a connection's pages, as far as the time goes; gives how many those were."""
        now = self.turn.clock.now()
        # First of all, so that one which ends the process does not come first for ever.
        _note_look(self.db, connection, now)
        _forget_samples(self.db, connection, self.before)
        # Listed before the rows are read: what is kept later may be committed by then.
        there = [*self.blobs.list(prefix(connection.company_id, connection.id))]
        with self.db.read() as tx:
            unowned = _unowned(tx, connection, there)
            going = _going(tx, connection, self.before)
        gone = self._some_by_some(unowned, self._delete_blobs)
        gone += self._some_by_some(going, partial(self._delete, connection))
        if gone < len(unowned) + len(going):
            self.turn.left += 1
            _note_look(self.db, connection, now - AGAIN)
        return gone

    def put_off(self, connection: Row[Any], until: datetime) -> None:
        """Look at a connection again, then."""
        _note_look(self.db, connection, until - AGAIN)

    def _some_by_some(self, pages: Sequence[T], let_go: Callable[[Sequence[T]], None]) -> int:
        """Let go of pages, as far as the time goes; gives of how many."""
        gone = 0
        while gone < len(pages) and not self.turn.is_over:
            some = pages[gone : gone + PAGES]
            let_go(some)
            gone += len(some)
        return gone

    def _delete_blobs(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.blobs.delete(path)

    def _delete(self, connection: Row[Any], some: Sequence[Row[Any]]) -> None:
        # The blob first: a row without one is met again with the next look.
        self._delete_blobs([page.path for page in some])
        key = (raw_pages.c.run_id, raw_pages.c.resource, raw_pages.c.sequence)
        with self.db.write() as tx:
            tx.execute(
                delete(raw_pages).where(
                    _of(raw_pages, connection), tuple_(*key).in_([page_of(each) for each in some])
                )
            )


def _note_look(db: Database, connection: Row[Any], at: datetime) -> None:
    mine = (connections.c.company_id == connection.company_id, connections.c.id == connection.id)
    with db.write() as tx:
        tx.execute(update(connections).where(*mine).values(pages_swept_at=at))


def _forget_samples(db: Database, connection: Row[Any], before: datetime) -> None:
    """What re-maps show of records goes in time, too."""
    old = select(runs.c.id).where(_of(runs, connection), runs.c.finished_at < before)
    with db.write() as tx:
        mine = (_of(remap_changes, connection), remap_changes.c.run_id.in_(old))
        tx.execute(delete(remap_changes).where(*mine))


def _unowned(tx: Connection, connection: Row[Any], there: Sequence[str]) -> list[str]:
    """Of the pages that are there, those that no run committed and none will."""
    named = {*tx.scalars(select(raw_pages.c.path).where(_of(raw_pages, connection)))}
    open_runs = {*tx.scalars(_unfinished(connection))}
    return [path for path in there if path not in named and run_of(path) not in open_runs]


def _going(tx: Connection, connection: Row[Any], before: datetime) -> list[Row[Any]]:
    """The pages that nobody needs any more."""
    if _is_mapped_again(tx, connection):
        return []
    states = tx.execute(select(datasets).where(_of(datasets, connection))).all()
    held = [
        Dataset(each.company_id, connection.id, each.data_type, each.platform) for each in states
    ]
    published = {run for each in held for run in tx.scalars(published_runs(each))}
    busy = _busy_runs(tx, connection)
    pages = tx.execute(select(*_PAGE).where(_of(raw_pages, connection))).all()
    latest = {page for each in held for page in latest_pages(tx, each) if page[0] in published}
    needed = latest | _looked_up(pages, latest)
    return [
        page
        for page in pages
        if page.run_id not in busy
        and page_of(page) not in needed
        and (page.run_id not in published or page.fetched_at < before)
    ]


def _is_mapped_again(tx: Connection, connection: Row[Any]) -> bool:
    """Whether a re-map is under way: it may come to need what nobody needs yet."""
    busy = _unfinished(connection).where(runs.c.trigger == "remap")
    return tx.execute(busy.limit(1)).first() is not None


def _looked_up(pages: Sequence[Row[Any]], latest: Collection[PageOf]) -> set[PageOf]:
    """The pages of the same run that needed ones were mapped with; if unsaid, all of its pages."""
    lists = {
        (page.run_id, name)
        for page in pages
        if page_of(page) in latest and page.lookups is not None
        for name in page.lookups
    }
    unsaid = {page.run_id for page in pages if page_of(page) in latest and page.lookups is None}
    return {
        page_of(page)
        for page in pages
        if page.run_id in unsaid or (page.run_id, page.resource) in lists
    }


def _busy_runs(tx: Connection, connection: Row[Any]) -> set[str]:
    """Runs that are under way, or whose records wait for somebody to accept them."""
    suspect = (
        select(suspicions.c.run_id, suspicions.c.pull_id)
        .join(
            datasets,
            and_(
                datasets.c.company_id == suspicions.c.company_id,
                # Or the one that accepts it, until that has published what was staged.
                datasets.c.latest_pull_id.in_(
                    [suspicions.c.pull_id, suspicions.c.accepted_pull_id]
                ),
            ),
        )
        .where(_of(suspicions, connection))
    )
    held = runs_behind(suspect, connection.company_id)
    return {*tx.scalars(_unfinished(connection)), *tx.scalars(held)}


def _unfinished(connection: Row[Any]) -> Select[tuple[str]]:
    return select(runs.c.id).where(_of(runs, connection), runs.c.state != "finished")


def _of(table: Any, connection: Row[Any]) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return and_(table.c.company_id == connection.company_id, table.c.connection_id == connection.id)
