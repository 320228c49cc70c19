"""Commit pages: their manifest rows, their records' versions and the cursor, or none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, literal, select, update

from shared_code.fetch.paging import Cursor
from shared_code.figures import Figure
from shared_code.raw.pages import RawPage
from shared_code.store.records import (
    Origin,
    delete_named,
    note_pages,
    note_sightings,
    read_state,
    write,
)
from shared_code.store.schema import raw_pages, rejects, run_resources
from shared_code.sync.figures import keep_figures
from shared_code.sync.preparing import Prepared
from shared_code.sync.pulls import FETCHED, show
from shared_code.sync.reading import PagesLost, Reading, dataset_of, row_of
from shared_code.sync.runs import Held, RunLost
from shared_code.sync.tally import Tally


@dataclass(frozen=True, slots=True)
class PageIn:
    """A page that was read; `total` is how many records the provider says the request has.

    `deleted` holds the ids that it names as gone, and since when.
    """

    sequence: int
    source_ids: list[str]
    deleted: Mapping[str, datetime | None]
    total: int | None
    cursor: Cursor
    prepared: Mapping[str, Prepared]
    """By data type."""
    tally: Tally
    """Of the pass, this page included."""
    figures: Mapping[str, Sequence[Figure]]
    """What it says of the books as a whole, by kind."""


Kept = tuple[PageIn, RawPage]


@dataclass(frozen=True, slots=True)
class PagesCommit:
    """Pages of a list, one after another, on their way into the store.

    Under a claim that was checked in this transaction.
    """

    tx: Connection
    held: Held
    reading: Reading
    pages: Sequence[Kept]
    """At least one."""
    now: datetime
    _states: dict[str, Row[Any]] = field(default_factory=dict)
    _rejected: dict[str, bool] = field(default_factory=dict)
    """Whether anything of a data type was rejected in this run, once it was looked for."""

    def write(self) -> None:
        """Write all that the pages bring.

        `RunLost` when another reader has committed one, `PagesLost` when one before them is gone.
        """
        read = self._move_cursor()
        self._insert_manifests()
        for page, _ in self.pages:
            self._write_page(page)
        self._show_progress(read)

    def write_ahead(self, data_type: str, first: Prepared) -> None:
        """Write the first records of a type of the only page; the cursor stays in front of it.

        Whoever goes on after a crash writes them again, which changes nothing. Raises as `write`.
        """
        page = self._last
        if self._comes() != page.sequence:
            raise self._out_of_step(page.sequence)
        self._write_records(page, data_type, first)

    def _write_page(self, page: PageIn) -> None:
        for data_type, prepared in page.prepared.items():
            self._write_records(page, data_type, prepared)
            self._replace_rejects(page, data_type, prepared.rejects)
        for data_type in self.reading.row.data_types:
            self._write_deletions(page, data_type)
        for kind, figures in page.figures.items():
            keep_figures(self.tx, self.held, kind, figures, self.now)

    @property
    def _last(self) -> PageIn:
        return self.pages[-1][0]

    def _move_cursor(self) -> int:
        """Go on behind the pages; gives how many records were read of the resource by now."""
        first, last = self.pages[0][0], self._last
        brought = sum(len(page.source_ids) for page, _ in self.pages)
        done = bool(last.cursor.get("done"))
        read = self.tx.scalar(
            update(run_resources)
            .where(
                *row_of(self.held, self.reading.resource.name),
                # The guard against a second reader of the same pages.
                run_resources.c.sequence == first.sequence,
            )
            .values(
                sequence=last.sequence + 1,
                records=run_resources.c.records + brought,
                cursor=dict(last.cursor),
                state="read" if done else "reading",
                lookups_sha256=self.reading.lookups_sha256,
                tally=last.tally.to_json(),
            )
            .returning(run_resources.c.records)
        )
        if read is None:
            raise self._out_of_step(first.sequence)
        return int(read)

    def _out_of_step(self, sequence: int) -> RunLost | PagesLost:
        """Say why a page is not the next one to commit."""
        name, comes = self.reading.resource.name, self._comes()
        if comes is not None and comes < sequence:
            return PagesLost(f"Pages of {name} were committed and are gone")
        return RunLost("Another reader has committed this page")

    def _comes(self) -> int | None:
        """The number of the page that is the next one to commit."""
        row = row_of(self.held, self.reading.resource.name)
        return self.tx.scalar(select(run_resources.c.sequence).where(*row))

    def _insert_manifests(self) -> None:
        shared = {
            "company_id": self.held.run.company_id,
            "run_id": self.held.run.id,
            "resource": self.reading.resource.name,
            "connection_id": self.held.connection.id,
            "platform": self.held.run.platform,
            "lookups": list(self.reading.resource.lookups),
            "lookups_sha256": self.reading.lookups_sha256,
            "fetched_at": self.now,
        }
        rows = [
            {
                **shared,
                "sequence": page.sequence,
                "path": raw.path,
                "sha256": raw.sha256,
                "size": raw.size,
                "records": len(page.source_ids),
            }
            for page, raw in self.pages
        ]
        self.tx.execute(insert(raw_pages), rows)

    def _write_records(self, page: PageIn, data_type: str, prepared: Prepared) -> None:
        dataset, state = dataset_of(self.held, data_type), self._state(data_type)
        origin = self._origin(page, data_type)
        written = write(
            self.tx,
            dataset,
            generation=state.generation + 1,
            records=prepared.records,
            origin=origin,
        )
        # A record that cannot be mapped is there all the same.
        seen = [*(each.source_id for each in prepared.records), *prepared.rejects]
        if self.reading.resource.listed_whole:
            number = state.passes + 1
            note_sightings(self.tx, dataset, seen, pass_number=number, origin=origin)
        elif data_type in self.reading.swept:
            # After the last sweep: what the next two both miss is gone.
            note_sightings(self.tx, dataset, seen, pass_number=state.passes, origin=origin)
        else:
            again = [*written.unchanged, *prepared.rejects]
            note_pages(self.tx, dataset, again, origin)
        if not (self.reading.first or self.reading.resource.listed_whole):
            # Another mapping may make something of it, which is not to be what an older page says.
            nothing = {*page.source_ids}.difference(seen)
            note_pages(self.tx, dataset, [*nothing], origin)

    def _write_deletions(self, page: PageIn, data_type: str) -> None:
        """Delete what the page names as gone; a sweep's page notes what it saw."""
        resource = self.reading.resource
        sweeps = resource.listed_whole and data_type in resource.deletes
        if not (sweeps or page.deleted):
            return
        dataset, state = dataset_of(self.held, data_type), self._state(data_type)
        if page.deleted:
            delete_named(
                self.tx,
                dataset,
                generation=state.generation + 1,
                named=page.deleted,
                origin=self._origin(page, data_type),
            )
        if sweeps:
            seen = page.source_ids
            note_sightings(self.tx, dataset, seen, pass_number=state.passes + 1)

    def _state(self, data_type: str) -> Row[Any]:
        """The dataset's row, which no page changes."""
        if data_type not in self._states:
            self._states[data_type] = read_state(self.tx, dataset_of(self.held, data_type))
        return self._states[data_type]

    def _origin(self, page: PageIn, data_type: str) -> Origin:
        name, version = self.reading.resource.name, self.reading.versions[data_type]
        return Origin(self.held.run.id, name, page.sequence, str(version))

    def _replace_rejects(self, page: PageIn, data_type: str, reasons: Mapping[str, str]) -> None:
        """Keep the latest reason of a record that comes again in the same run."""
        run = self.held.run
        key = {"company_id": run.company_id, "run_id": run.id, "data_type": data_type}
        # Most often there are none, which costs less to find out than to look for so many ids.
        if data_type not in self._rejected:
            any_row = select(literal(1)).select_from(rejects).filter_by(**key).limit(1)
            self._rejected[data_type] = bool(self.tx.scalar(any_row))
        if self._rejected[data_type]:
            again = rejects.c.source_id.in_(page.source_ids)
            self.tx.execute(delete(rejects).filter_by(**key).where(again))
        where = {
            "connection_id": self.held.connection.id,
            "platform": run.platform,
            "resource": self.reading.resource.name,
            "sequence": page.sequence,
        }
        rows = [
            {**key, **where, "source_id": source_id, "reason": reason}
            for source_id, reason in reasons.items()
        ]
        if rows:
            self.tx.execute(insert(rejects), rows)
            self._rejected[data_type] = True

    def _show_progress(self, read: int) -> None:
        page = self._last
        if page.cursor.get("done"):
            status, percent = "Processing", FETCHED
        else:
            # What the provider counts is what is left of the pass, this page included.
            # A page may hold nothing but deletions.
            size = len(page.source_ids)
            left = page.total or max(1, 2 * size)
            percent = min(FETCHED - 1, FETCHED * read // (read - size + left))
            status = "Fetching"
        types = list(page.prepared)
        show(self.tx, self.held.run, types, status=status, progress=percent)
