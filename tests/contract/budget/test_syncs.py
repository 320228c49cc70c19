"""Syncs under their provider's real limits; its own ledger is the judge, and a clock that can be
moved spares the waiting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from functions.xero import connector
from functions.xero.settings import XeroSettings
from local.providers.simulation.calls import Call, Match
from local.providers.simulation.faults import Fault
from local.providers.simulation.limits import Limits
from local.providers.simulation.simulator import CLIENT_ID
from shared_code.connect.addresses import Addresses
from shared_code.connector.assembly import ConnectorPorts, assemble
from shared_code.notify.work import begin_work
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.store.schema import companies, connections, pulls
from shared_code.sync.pages import read_pages
from shared_code.sync.pipeline import Habits, Pipeline
from shared_code.sync.plan import plan
from shared_code.sync.publish import publish_run
from shared_code.sync.requests import request_sync
from shared_code.sync.runs import LEASE, claim
from tests.support.clock import ManualClock
from tests.support.granting import CLIENT, COMPANY, CONNECTION, Rig, open_rig

OTHER = "33333333-3333-4333-8333-333333333333"
EARLY = timedelta(seconds=1)
TYPES = ("taxRates", "chartOfAccounts", "items", "customers", "suppliers", "invoices", "bills")


@dataclass
class Office:
    """A linked company at a simulator that keeps its limits."""

    rig: Rig
    clock: ManualClock
    pipeline: Pipeline

    def sync(self, connection_id: str = CONNECTION) -> list[datetime]:
        """Sync all as the orchestration does; gives until when the run waited, each time."""
        company = self.rig.connection(connection_id).company_id
        ref = claim(
            self.rig.db, company, self.request(connection_id), until=self.clock.now() + LEASE
        )
        assert ref is not None
        waits: list[datetime] = []
        for name in plan(self.pipeline, ref):
            while (step := read_pages(self.pipeline, ref, name)).state != "over":
                if step.until:
                    waits.append(datetime.fromisoformat(step.until))
                    pause = waits[-1] + EARLY - self.clock.now()
                    self.clock.advance(pause.total_seconds())
        publish_run(self.pipeline, ref)
        self.clock.advance(1)
        return waits

    def request(self, connection_id: str) -> str:
        """Ask for a sync; gives the run."""
        with begin_work(self.rig.db, self.rig.queue, self.clock) as work:
            row = work.tx.execute(
                select(connections).where(connections.c.id == connection_id)
            ).one()
            request_sync(work, row, TYPES, trigger="request")
            return str(
                work.tx.scalar(
                    select(pulls.c.run_id).where(
                        pulls.c.connection_id == connection_id, pulls.c.active
                    )
                )
            )

    def calls(self) -> Sequence[Call]:
        """What the provider's API got."""
        return self.rig.simulator.calls.matching(Match(path="/api.xro/*"))

    def statuses(self) -> set[str]:
        with self.rig.db.read() as tx:
            return set(tx.scalars(select(pulls.c.status)))


@contextmanager
def opened(folder: Path, limits: Limits) -> Iterator[Office]:
    clock = ManualClock()
    with open_rig(folder, clock) as rig:
        assert rig.browser().link("0").status == 200
        with rig.db.write() as tx:
            tx.execute(update(pulls).values(active=False, status="Cancelled"))
        rig.simulator.limiter.limits, rig.simulator.limiter.enabled = limits, True
        settings = XeroSettings(
            client_id=CLIENT_ID,
            login_url=rig.url,
            identity_url=rig.url,
            api_url=rig.url,
            calls_at_once=limits.at_once,
            calls_per_minute=limits.per_minute,
            calls_per_day=limits.per_day,
            app_calls_per_minute=limits.app_per_minute,
        )
        ports = ConnectorPorts(rig.db, FolderBlobs(folder / "blobs"), rig.queue, clock, rig.vault)
        parts = assemble(connector(settings), ports, Addresses(rig.public_url), Habits())
        with closing(parts):
            yield Office(rig, clock, parts.pipeline)


def most_within(calls: Sequence[Call], span: timedelta) -> int:
    """The most calls in any stretch of time."""
    times = sorted(each.time for each in calls)
    return max(sum(begin <= time < begin + span for time in times) for begin in times)


MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_syncs_one_after_another_keep_to_the_real_limits_and_are_never_refused(
    tmp_path: Path,
) -> None:
    with opened(tmp_path, Limits()) as office:
        waits = [wait for _ in range(11) for wait in office.sync()]
        calls = office.calls()
        assert len(calls) > 60
        assert {each.status for each in calls} == {200}
        assert most_within(calls, MINUTE) == 60
        # At most a second of each minute is lost.
        assert calls[-1].time - calls[0].time < timedelta(seconds=75)
        assert all(each <= calls[-1].time for each in waits)


def test_a_run_waits_for_its_day_however_often_and_says_until_when_and_why(tmp_path: Path) -> None:
    with opened(tmp_path, Limits(per_minute=60, per_day=5)) as office:
        seen: list[str] = []
        run = office.request(CONNECTION)
        ref = claim(office.rig.db, COMPANY, run, until=office.clock.now() + LEASE)
        assert ref is not None
        for name in plan(office.pipeline, ref):
            while (step := read_pages(office.pipeline, ref, name)).state != "over":
                with office.rig.db.read() as tx:
                    seen += tx.scalars(
                        select(pulls.c.status_description).where(pulls.c.active).limit(1)
                    )
                assert step.until is not None
                until = datetime.fromisoformat(step.until)
                office.clock.advance((until + EARLY - office.clock.now()).total_seconds())
        publish_run(office.pipeline, ref)
        assert {each.status for each in office.calls()} == {200}
        # A first sync may take three of five calls a day.
        assert most_within(office.calls(), DAY) == 3
        assert "limit on first syncs, 3 calls a day, is used up" in seen[0]
        assert seen[0].startswith("Paused until 2030-01-02T12:")
        assert office.statuses() == {"Cancelled", "Complete"}


def test_two_connections_to_one_tenant_keep_its_limit_together(tmp_path: Path) -> None:
    with opened(tmp_path, Limits(per_minute=12, per_day=1_000)) as office:
        with office.rig.db.write() as tx:
            named = {"id": OTHER, "client_id": CLIENT, "name": "Other", "tags": {}}
            tx.execute(insert(companies).values(**named, created_at=office.clock.now()))
        office.rig.new_connection(OTHER, company_id=OTHER)
        browser = office.rig.browser()
        back = browser.consent(browser.start(OTHER, OTHER), "0")
        assert browser.come_back(back).status == 200
        with office.rig.db.write() as tx:
            tx.execute(update(pulls).where(pulls.c.active).values(active=False))
        assert office.rig.connection().tenant_id == office.rig.connection(OTHER).tenant_id
        for _ in range(2):
            office.sync()
            office.sync(OTHER)
        assert {each.status for each in office.calls()} == {200}
        assert most_within(office.calls(), MINUTE) == 12


@pytest.mark.parametrize("after", [90, None, 40_000])
def test_a_storm_of_refusals_is_waited_out_and_not_given_up_on(
    tmp_path: Path, after: int | None
) -> None:
    with opened(tmp_path, Limits()) as office:
        office.rig.simulator.script.add(
            Fault.model_validate(
                {"action": "status", "status": 429, "path": "/Contacts", "times": 12}
                | ({"retryAfter": after} if after else {})
            )
        )
        waits = office.sync()
        refused = [each.time for each in office.calls() if each.status == 429]
        assert len(refused) == 12
        assert len(waits) > 6
        assert office.statuses() == {"Cancelled", "Complete"}
        if after:
            gaps = [later - first for first, later in pairwise(refused)]
            assert all(timedelta(seconds=after) <= each for each in gaps)


def test_what_a_provider_has_left_is_believed_before_it_refuses(tmp_path: Path) -> None:
    with opened(tmp_path, Limits()) as office:
        # Somebody else with our app has taken all but two of this minute.
        tenant = office.rig.connection().tenant_id
        for _ in range(58 - 2):
            assert office.rig.simulator.limiter.admit(tenant, office.clock.now()) is None
            office.rig.simulator.limiter.release(tenant)
        office.sync()
        assert {each.status for each in office.calls()} == {200}
