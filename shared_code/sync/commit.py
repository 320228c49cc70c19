"""Commit a page: its manifest row, its records' versions and the cursor, or none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, literal, select, update

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


@dataclass(frozen=True, slots=True)
class PageCommit:
    """A page on its way into the store, under a claim that was checked in this transaction."""

    tx: Connection
    held: Held
    reading: Reading
    page: PageIn
    raw: RawPage
    now: datetime

    def write(self) -> None:
        """Write all that the page brings.

        `RunLost` when another reader has committed it, `PagesLost` when one before it is gone.
        """
        read = self._move_cursor()
        self._insert_manifest()
        for data_type, prepared in self.page.prepared.items():
            self._write_records(data_type, prepared)
        for data_type in self.reading.row.data_types:
            self._write_deletions(data_type)
        for kind, figures in self.page.figures.items():
            keep_figures(self.tx, self.held, kind, figures, self.now)
        self._show_progress(read)

    def _move_cursor(self) -> int:
        """Go on behind the page; gives how many records were read of the resource by now."""
        done = bool(self.page.cursor.get("done"))
        read = self.tx.scalar(
            update(run_resources)
            .where(
                *row_of(self.held, self.reading.resource.name),
                # The guard against a second reader of the same page.
                run_resources.c.sequence == self.page.sequence,
            )
            .values(
                sequence=self.page.sequence + 1,
                records=run_resources.c.records + len(self.page.source_ids),
                cursor=dict(self.page.cursor),
                state="read" if done else "reading",
                lookups_sha256=self.reading.lookups_sha256,
                tally=self.page.tally.to_json(),
            )
            .returning(run_resources.c.records)
        )
        if read is None:
            raise self._out_of_step()
        return int(read)

    def _out_of_step(self) -> RunLost | PagesLost:
        """Say why the page is not the next one to commit."""
        name = self.reading.resource.name
        comes = self.tx.scalar(select(run_resources.c.sequence).where(*row_of(self.held, name)))
        if comes is not None and comes < self.page.sequence:
            return PagesLost(f"Pages of {name} were committed and are gone")
        return RunLost("Another reader has committed this page")

    def _insert_manifest(self) -> None:
        self.tx.execute(
            insert(raw_pages).values(
                company_id=self.held.run.company_id,
                run_id=self.held.run.id,
                resource=self.reading.resource.name,
                sequence=self.page.sequence,
                connection_id=self.held.connection.id,
                platform=self.held.run.platform,
                path=self.raw.path,
                sha256=self.raw.sha256,
                size=self.raw.size,
                records=len(self.page.source_ids),
                lookups=list(self.reading.resource.lookups),
                lookups_sha256=self.reading.lookups_sha256,
                fetched_at=self.now,
            )
        )

    def _write_records(self, data_type: str, prepared: Prepared) -> None:
        dataset = dataset_of(self.held, data_type)
        state = read_state(self.tx, dataset)
        origin = self._origin(data_type)
        written = write(
            self.tx,
            dataset,
            generation=state.generation + 1,
            records=prepared.records,
            origin=origin,
        )
        self._replace_rejects(data_type, prepared.rejects)
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

    def _write_deletions(self, data_type: str) -> None:
        """Delete what the page names as gone; a sweep's page notes what it saw."""
        resource = self.reading.resource
        sweeps = resource.listed_whole and data_type in resource.deletes
        if not (sweeps or self.page.deleted):
            return
        dataset = dataset_of(self.held, data_type)
        state = read_state(self.tx, dataset)
        if self.page.deleted:
            delete_named(
                self.tx,
                dataset,
                generation=state.generation + 1,
                named=self.page.deleted,
                origin=self._origin(data_type),
            )
        if sweeps:
            seen = self.page.source_ids
            note_sightings(self.tx, dataset, seen, pass_number=state.passes + 1)

    def _origin(self, data_type: str) -> Origin:
        name, sequence = self.reading.resource.name, self.page.sequence
        return Origin(self.held.run.id, name, sequence, str(self.reading.versions[data_type]))

    def _replace_rejects(self, data_type: str, reasons: Mapping[str, str]) -> None:
        """Keep the latest reason of a record that comes again in the same run."""
        run = self.held.run
        key = {"company_id": run.company_id, "run_id": run.id, "data_type": data_type}
        # Most often there are none, which costs less to find out than to look for so many ids.
        if self.tx.scalar(select(literal(1)).select_from(rejects).filter_by(**key).limit(1)):
            again = rejects.c.source_id.in_(self.page.source_ids)
            self.tx.execute(delete(rejects).filter_by(**key).where(again))
        where = {
            "connection_id": self.held.connection.id,
            "platform": run.platform,
            "resource": self.reading.resource.name,
            "sequence": self.page.sequence,
        }
        rows = [
            {**key, **where, "source_id": source_id, "reason": reason}
            for source_id, reason in reasons.items()
        ]
        if rows:
            self.tx.execute(insert(rejects), rows)

    def _show_progress(self, read: int) -> None:
        page = self.page
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
