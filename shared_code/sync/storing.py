"""Keep and commit pages behind the back of whoever fetches, in their order.

While a page is mapped and written, the provider is asked for the next ones. Each is kept as soon as
it is there; a disk takes its time, in which pages that were kept before are committed. Pages are
committed together, as many as the store takes while nobody waits for it, and large ones little by
little, the cursor with their last records. Until then they are kept, and whoever drives the run
after a crash takes them from there, and asks the provider for the last two at most. A page whose
headers tell what comes next is no use where it is kept: it is committed at once.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from shared_code.fetch.paging import Answer, Cursor, Turn
from shared_code.raw.pages import Place, RawPage, keep
from shared_code.spec import Resource
from shared_code.store.pace import Pace
from shared_code.sync.checking import end_reading, told_of
from shared_code.sync.commit import Kept, PageIn, PagesCommit
from shared_code.sync.pagework import Listed, Mapped
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.preparing import Prepared
from shared_code.sync.reading import Reading
from shared_code.sync.runs import Held, RunRef, hold, progress
from shared_code.sync.tally import Tally

ENOUGH_PAGES = 40
LONG_ENOUGH = timedelta(seconds=10)
"""When what was kept is committed: clients see how far a sync is, and lose little with a claim."""

LEAST = 200
"""As how many records a page counts at least: where it has few, they may be large."""


@dataclass(frozen=True, slots=True)
class Turning:
    """Where a resource's reading stands: the number of the page that comes, and its cursor."""

    reading: Reading
    sequence: int
    cursor: Cursor

    @property
    def place(self) -> Place:
        """Where the page is kept."""
        run = self.reading.held.run
        cursor = json.dumps(self.cursor, sort_keys=True)
        asked = hashlib.sha256(cursor.encode()).hexdigest()[:8]
        name = self.reading.resource.name
        return Place(run.company_id, run.connection_id, run.id, name, self.sequence, asked)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is known of a page on its way to the store; `after` is the cursor behind it."""

    at: Turning
    listed: Listed
    answer: Answer
    after: Cursor
    mapped: Mapped
    repeatable: bool = True
    """Whether its body alone tells what comes after it."""


@dataclass(slots=True)
class _Batch:
    """Pages that were kept and mapped, and are committed together: at once, if nobody waits."""

    begun: datetime = field(init=False)
    """When the first of its pages came."""
    pages: deque[tuple[Reading, Kept]] = field(default_factory=deque)
    ended: list[Resource] = field(default_factory=list)
    """Resources of which nothing was to be asked."""

    def is_full(self, enough: int, now: datetime) -> bool:
        weight = sum(_weight(page) for _, (page, _) in self.pages)
        many = weight >= enough or len(self.pages) >= ENOUGH_PAGES
        return many or now - self.begun >= LONG_ENOUGH

    def take_out(self, most: int) -> list[tuple[Reading, Kept]]:
        """Remove the first page, and those after it that come to `most` records with it."""
        taken: list[tuple[Reading, Kept]] = []
        while self.pages:
            _, (page, _) = self.pages[0]
            most -= _weight(page)
            if taken and most < 0:
                break
            taken.append(self.pages.popleft())
        return taken


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A page that is there, and that is being kept."""

    page: Fetched
    kept: Future[RawPage]


class Storing:
    """The pages of a run, one after another, on threads of their own: one keeps, one commits.

    Once one could not be stored, none after it is; `failed_in` says whose it was.
    """

    def __init__(self, pipeline: Pipeline, ref: RunRef) -> None:
        self._pipeline, self._ref = pipeline, ref
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="keeping")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storing")
        self._safe: Future[Any] | None = None
        """Done once nobody has to ask for the last page again if this process dies.

        A power cut may undo the commit of one that is not repeatable: it is asked for again.
        """
        self._ahead: deque[tuple[Future[None], int]] = deque()
        self._taken: set[str] = set()
        self._tallies: dict[str, Tally] = {}
        self._batch = _Batch()
        self._pace = Pace(pipeline.db)
        self._error: BaseException | None = None
        self.failed_in: Resource | None = None

    def take(self, page: Fetched, body: bytes, *, most_ahead: int) -> None:
        """Have a page stored; returns once the one before it is safe.

        And once those that wait to be mapped, or for a commit to end, come to no more than
        `most_ahead` records, or this is the only one. Raises what befell an earlier one.
        """
        self._taken.add(page.at.reading.resource.name)
        before = self._safe
        # No more pages than two have their bodies in memory, however many wait to be mapped.
        kept = self._keeper.submit(keep, self._pipeline.blobs, page.at.place, body)
        stored = self._thread.submit(self._guarded, _Ahead(page, kept))
        # Of one that is kept the headers are gone.
        self._safe = kept if page.repeatable else stored
        self._ahead.append((stored, max(len(page.listed.records), LEAST)))
        if before is not None:
            wait((before,))
        while self._ahead and (self._is_beyond(most_ahead) or self._ahead[0][0].done()):
            self._ahead.popleft()[0].result()

    def _is_beyond(self, most_ahead: int) -> bool:
        """Whether the oldest page has to be mapped before there may be more."""
        many = sum(records for _, records in self._ahead) > most_ahead
        return many and len(self._ahead) > 1

    def end(self, resource: Resource) -> None:
        """Note with the next commit that nothing is to be asked for.

        Nobody has to wait for that: it brings nothing that others go by. What befalls it is raised
        by `flush`.
        """
        self._thread.submit(lambda: self._batch.ended.append(resource))

    def holds(self, resources: Collection[str]) -> bool:
        """Whether pages of any of these may not be committed yet."""
        return not self._taken.isdisjoint(resources)

    def flush(self) -> None:
        """Commit all that was taken; raises what befell any of it."""
        self._thread.submit(self._guarded, None).result()
        self._taken.clear()

    def close(self) -> None:
        """Wait for the pages in hand."""
        self._keeper.shutdown()
        self._thread.shutdown()

    def _guarded(self, ahead: _Ahead | None) -> None:
        if self._error is not None:
            raise self._error
        try:
            self._store(ahead)
        except BaseException as error:
            self._error = error
            raise

    def _store(self, ahead: _Ahead | None) -> None:
        if ahead is not None:
            self.failed_in = ahead.page.at.reading.resource
            raw, page = ahead.kept.result(), self._counted(ahead.page)
            self.failed_in = None
            self._add(ahead.page.at.reading, (page, raw))
        now = self._pipeline.clock.now()
        urgent = ahead is None or not ahead.page.repeatable
        if urgent or self._batch.is_full(self._pace.enough, now):
            self._commit(now)

    def _add(self, reading: Reading, kept: Kept) -> None:
        if not self._batch.pages:
            self._batch.begun = self._pipeline.clock.now()
        self._batch.pages.append((reading, kept))

    def _commit(self, now: datetime) -> None:
        """Commit what was kept; pages of a run that was lost are left to those who sweep."""
        batch = self._batch
        while batch.pages or batch.ended:
            with self._pace.write() as sitting:
                held = hold(sitting.tx, self._ref)
                while batch.pages and sitting.may_take_more():
                    sitting.wrote(self._write_some(sitting.tx, held, now))
                if not batch.pages:
                    self._end(sitting.tx, held)
                progress(sitting.tx, self._ref, until=self._pipeline.lease_end())
        self.failed_in = None

    def _write_some(self, tx: Connection, held: Held, now: datetime) -> int:
        """Write the first pages, or the first records of a large one; gives how many records."""
        most = self._pace.records
        reading, kept = self._batch.pages[0]
        self.failed_in = reading.resource
        if first := _first_of(kept[0], most):
            PagesCommit(tx, held, reading, [kept], now).write_ahead(*first)
            return len(first[1].records)
        taken = self._batch.take_out(most)
        for each, pages in _by_reading(taken):
            self.failed_in = each.resource
            PagesCommit(tx, held, each, pages, now).write()
        return sum(_rows(page) + len(page.deleted) for _, (page, _) in taken)

    def _end(self, tx: Connection, held: Held) -> None:
        while self._batch.ended:
            end_reading(tx, held, self._batch.ended.pop())

    def _counted(self, page: Fetched) -> PageIn:
        understood, reading = page.mapped(), page.at.reading
        name = reading.resource.name
        tally = self._tallies.get(name) or Tally.of(reading.row, reading.resource)
        turn = Turn(reading.resource.paging, page.at.cursor, page.answer, page.after)
        self._tallies[name] = tally.add(turn, understood.prepared)
        return PageIn(
            sequence=page.at.sequence,
            source_ids=[key.id for key in page.listed.records],
            deleted={key.id: key.modified for key in page.listed.deleted},
            total=page.listed.total,
            cursor=page.after,
            prepared=understood.prepared,
            tally=self._tallies[name],
            figures=told_of(reading, understood.figures, page.at.cursor),
        )


def _first_of(page: PageIn, most: int) -> tuple[str, Prepared] | None:
    """Take the first records of some type out of a page that has more than `most` left."""
    if _rows(page) <= most:
        return None
    found = ((name, each.take(most)) for name, each in page.prepared.items() if each.records)
    return next(found)


def _rows(page: PageIn) -> int:
    """How many records of any type it has to write."""
    return sum(len(prepared.records) for prepared in page.prepared.values())


def _weight(page: PageIn) -> int:
    """As how many it counts: what cannot be mapped, or feeds nothing, is noted all the same."""
    return max(len(page.source_ids), _rows(page)) + len(page.deleted)


def _by_reading(batch: Sequence[tuple[Reading, Kept]]) -> Iterator[tuple[Reading, Sequence[Kept]]]:
    """The pages of one reading after another: they are written together."""
    for _, group in groupby(batch, key=lambda each: id(each[0])):
        together = [*group]
        yield together[0][0], [kept for _, kept in together]
