"""One company: it is linked, its syncs are driven, and what readers see of it is read."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Table, func, select

from local.conformance.simulator import Call
from local.conformance.store import Cut
from shared_code.access import Principal
from shared_code.connect.browser import Response
from shared_code.connect.connections import unlink_connection
from shared_code.custody.grants import Owner
from shared_code.fetch.provider import Provider
from shared_code.model import decode
from shared_code.notify.work import begin_work
from shared_code.raw.pages import body_of
from shared_code.store.records import Dataset
from shared_code.store.records.reading import Listing, latest, read_page
from shared_code.store.schema import (
    commands,
    companies,
    connections,
    pulls,
    raw_pages,
    rejects,
    run_resources,
    runs,
)
from shared_code.sync.accepting import accept, find_suspect
from shared_code.sync.cancel import cancel_runs
from shared_code.sync.requests import request_sync
from shared_code.sync.runs import LEASE, RunRef
from shared_code.sync.sweeper import sweep_runs
from shared_code.turn import Turn

if TYPE_CHECKING:
    from local.conformance.world import World

Records = dict[str, dict[str, Any]]
"""What readers see of a data type, by source id, without the moment of publishing."""

MOST_STEPS, MOST_POINTS = 500, 2_000
"""Activities of one run, and ends of commits, after which a sync goes round in circles."""


def new_id() -> str:
    """Make an id as the platform does."""
    return str(uuid.uuid4())


@dataclass(repr=False)
class Company:
    """A company with one connection."""

    world: World
    id: str
    connection_id: str
    undisturbed: Sequence[Call] = field(default_factory=list)
    """The calls of its first sync, where that was not disturbed."""
    organisation: str = ""
    """Whose books it was linked to, or tried to be, at last."""
    points: int = 0
    """Points of the store that its last run passed, after the claim."""

    # Linking

    def link(self, *organisations: str) -> Response:
        """Go the whole way through the link pages; of several tenants, take the first."""
        browser, self.organisation = self.world.browser(), organisations[0]
        answer = browser.consent(browser.start(self, self.organisation), *organisations)
        step = browser.come_back(answer)
        if self.row().status != "Linked" and "tenant" in step.body:
            step = browser.choose(step, organisations[0])
        self.note_tokens()
        return step

    def note_tokens(self) -> None:
        """Remember the tokens that stand now as secrets."""
        held = self.world.parts.custodian.claims.read(self.owner)
        if held is not None:
            tokens = held.grant.tokens
            texts = [tokens.access, *filter(None, [tokens.refresh])]
            self.world.secrets.update(each.get_secret_value() for each in texts)

    def unlink(self) -> None:
        """Unlink, as the API does, and let the connector carry out what that orders."""
        with begin_work(self.world.db, self.world.ports.queue, self.world.clock) as work:
            company = work.tx.execute(select(companies).where(companies.c.id == self.id)).one()
            addresses = self.world.parts.link._addresses
            unlink_connection(work, company, self.connection_id, addresses)
        for command in self._rows(commands):
            if command.kind == "revoke":
                self.world.parts.commands.take(command.id)
                self.world.parts.commands.done(command.id)

    # Syncing

    def sync(self, *data_types: str) -> dict[str, str]:
        """Ask for a sync, of everything unless types are named; gives how each type ended."""
        self.world.clock.advance(1)
        types = data_types or self.world.data_types
        with begin_work(self.world.db, self.world.ports.queue, self.world.clock) as work:
            request_sync(work, self.row(), types, trigger="request")
        return self.drive()

    def sync_first(self) -> dict[str, str]:
        """Drive the sync that linking ordered."""
        return self.drive()

    def accept(self, data_type: str) -> dict[str, str]:
        """Say that a type which was held back as suspect is as it should be."""
        self.world.clock.advance(1)
        with begin_work(self.world.db, self.world.ports.queue, self.world.clock) as work:
            suspect = find_suspect(work.tx, self.pulls()[data_type])
            accept(work, self.row(), suspect, key_id="conformance")
        return self.drive()

    def forget_first_sync(self) -> None:
        """Cancel what linking ordered, for a check that asks for less."""
        with begin_work(self.world.db, self.world.ports.queue, self.world.clock) as work:
            cancel_runs(work, self.id, self.connection_id, reason="Not asked for")

    def drive(self, *, cut_at: int = 0) -> dict[str, str]:
        """Do what the orchestration does, whoever claimed the run before; waits pass at once.

        With `cut_at` the power goes at a point of the store; raises `Cut`, and the run's lease
        lapses.
        """
        ref = self._claim()
        if ref is None:
            return self.statuses()
        begun = self.world.db.points
        self.world.db.cut_at(cut_at)
        self.world.db.allow(MOST_POINTS)
        try:
            self._carry_out(ref)
        except Cut:
            self.world.clock.advance(LEASE.total_seconds() + 1)
            sweep_runs(self.world.db, self.world.ports.queue, Turn(self.world.clock))
            raise
        finally:
            self.points = self.world.db.points - begun
            self.world.db.cut_at(0)
            self.world.db.allow(None)
            self.note_tokens()
        return self.statuses()

    def _claim(self) -> RunRef | None:
        """Take the run that is queued, as the queue's trigger does; None where none is."""
        for command in self._rows(commands):
            if command.kind == "sync":
                ref = self.world.parts.commands.take(command.id)
                self.world.parts.commands.done(command.id)
                if ref is not None:
                    return ref
        return None

    def _carry_out(self, ref: RunRef) -> None:
        """Do one activity after another, until the run is published or lost."""
        for _ in range(MOST_STEPS):
            step = self.world.parts.driver.drive(ref)
            if step.until:
                self.world.clock.reach(datetime.fromisoformat(step.until))
            if step.state in ("over", "lost"):
                return
        raise AssertionError(f"a run has not ended after {MOST_STEPS} activities")

    # Looking

    def records(self, data_type: str) -> Records:
        """What readers see of a type, deleted records too."""
        dataset = Dataset(self.id, self.connection_id, data_type, self.world.connector.platform)
        with self.world.db.read() as tx:
            snapshot = latest(tx, dataset)
            if snapshot is None:
                return {}
            docs = read_page(tx, snapshot, Listing(limit=max(snapshot.count, 1)))
        found = [decode(doc) for doc in docs]
        for each in found:
            each.pop("modifiedDate", None)
        by_id = {str(each.get("id", "single")): each for each in found}
        assert len(by_id) == len(found), f"a record of {data_type} comes twice"
        return by_id

    def live(self, data_type: str) -> Records:
        """What readers see of a type, without what is deleted."""
        found = self.records(data_type)
        return {name: each for name, each in found.items() if not is_deleted(each)}

    def contents(self) -> dict[str, Records]:
        """Everything that readers see."""
        return {each: self.records(each) for each in self.world.data_types}

    def all_live(self) -> dict[str, Records]:
        """Everything that readers see, without what is deleted."""
        return {each: self.live(each) for each in self.world.data_types}

    def statuses(self) -> dict[str, str]:
        """How the latest pull of each type stands."""
        rows = sorted(self._rows(pulls), key=lambda row: row.requested_at)
        return {row.data_type: row.status for row in rows}

    def pulls(self) -> Mapping[str, Row[Any]]:
        """The latest pull of each type."""
        rows = sorted(self._rows(pulls), key=lambda row: row.requested_at)
        return {row.data_type: row for row in rows}

    def rejected(self) -> list[str]:
        """Why records were rejected."""
        return [f"{row.data_type} {row.source_id}: {row.reason}" for row in self._rows(rejects)]

    def pages(self) -> dict[str, int]:
        """How many pages of each resource the first run kept."""
        return dict(Counter(row.resource for row in self._first_pages()))

    def bodies(self, resource: str) -> list[bytes]:
        """The pages of a resource that the first run kept, in order, without the empty ones."""
        return self._bodies([row for row in self._first_pages() if row.resource == resource])

    def all_bodies(self, resource: str) -> list[bytes]:
        """The pages of a resource that all runs kept."""
        return self._bodies([row for row in self._rows(raw_pages) if row.resource == resource])

    def read_by(self, trigger: str) -> dict[str, int]:
        """How many records the last run of a kind read of each resource."""
        mine = [row for row in self._rows(runs) if row.trigger == trigger]
        last = max(mine, key=lambda row: row.requested_at).id
        return {
            row.resource: row.records for row in self._rows(run_resources) if row.run_id == last
        }

    def _bodies(self, rows: Sequence[Row[Any]]) -> list[bytes]:
        bodies = [body_of(self.world.ports.blobs, row.path, row.sha256) for row in rows]
        return [each for each in bodies if each]

    def _first_pages(self) -> list[Row[Any]]:
        first = min(self._rows(runs), key=lambda row: row.requested_at).id
        rows = [row for row in self._rows(raw_pages) if row.run_id == first]
        return sorted(rows, key=lambda row: int(row.sequence))

    def row(self) -> Row[Any]:
        """The connection's row."""
        return next(row for row in self._rows(connections) if row.id == self.connection_id)

    def provider(self) -> Provider:
        """The way to the provider, as a sync has it."""
        return self.world.parts.pipeline.provider_for(self.row())

    @property
    def owner(self) -> Owner:
        """Whose grant it is."""
        return Owner(self.id, self.connection_id)

    @property
    def caller(self) -> Principal:
        """Who may read its data."""
        return Principal(self.row().client_id, "key")

    def age(self, by: timedelta) -> None:
        """Let time pass."""
        self.world.clock.advance(by.total_seconds())

    def _rows(self, table: Table) -> Sequence[Row[Any]]:
        with self.world.db.read() as tx:
            return tx.execute(select(table).where(table.c.company_id == self.id)).all()


def is_deleted(record: Mapping[str, Any]) -> bool:
    """Whether a record is gone at its source."""
    return bool(record.get("metadata", {}).get("isDeleted"))


def rows_of(world: World, table: Table) -> int:
    """How many rows a table has."""
    with world.db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())
