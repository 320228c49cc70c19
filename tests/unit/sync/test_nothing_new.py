"""What a sync costs that finds nothing new: counted, with all of Xero's lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import select, update

from functions.xero import connector
from functions.xero.settings import XeroSettings
from local.providers.simulation.calls import Match
from local.providers.simulation.simulator import CLIENT_ID
from shared_code.connect.addresses import Addresses
from shared_code.connector.assembly import ConnectorPorts, Parts, assemble
from shared_code.notify.work import begin_work
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.store.schema import commands, connections, pulls
from shared_code.sync.pipeline import Habits
from shared_code.sync.requests import request_sync
from tests.support.clock import ManualClock
from tests.support.granting import CONNECTION, Rig, open_rig
from tests.support.stores import CountingDatabase

MOST_COMMITS = 11
"""One for all types, and ten more: the claim, the plan, the token, the lookups, the budget of the
calls, the publishing."""

LIFTED = {
    "calls_at_once": 0,
    "calls_per_minute": 0,
    "calls_per_day": 0,
    "app_calls_per_minute": 0,
}


class Office:
    """A company at the simulator, whose runs are driven as its queue and orchestration do."""

    def __init__(self, rig: Rig, running: Parts, db: CountingDatabase) -> None:
        self.rig, self.running, self.db = rig, running, db

    def wait_a_day(self) -> None:
        """Let time pass, which the rig's clock must know too."""
        assert isinstance(self.rig.clock, ManualClock)
        self.rig.clock.advance(86_400)

    def order(self) -> str:
        """Ask for a sync of everything that was granted; gives the command."""
        source = self.running.pipeline.source
        types = {each for resource in source.resources for each in resource.data_types}
        # Not granted by default: a list without access costs two commits more.
        types -= {"journalEntries"}
        with begin_work(self.rig.db, self.rig.queue, self.rig.clock) as work:
            row = work.tx.execute(select(connections).where(connections.c.id == CONNECTION)).one()
            request_sync(work, row, sorted(types), trigger="request")
            order = select(commands.c.id).where(
                commands.c.kind == "sync", commands.c.done_at.is_(None)
            )
            return str(work.tx.scalar(order))

    def carry_out(self, command: str) -> int:
        """Drive the run that a command orders; gives how many activities that took."""
        ref = self.running.commands.take(command)
        assert ref is not None
        activities = 1
        while self.running.driver.drive(ref).state != "over":
            activities += 1
        self.running.commands.done(command)
        return activities

    def calls(self) -> Counter[str]:
        """How often each path was asked for, and let that be forgotten."""
        made = self.rig.simulator.calls.matching(Match())
        self.rig.simulator.calls.clear()
        return Counter(call.path for call in made)


@pytest.fixture(scope="module", params=[LIFTED, {}], ids=["limits lifted", "Xero's limits"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """A company whose books were read once."""
    limits = request.param
    folder, clock = tmp_path_factory.mktemp("office"), ManualClock()
    with open_rig(folder, clock) as rig:
        assert rig.browser().link("0").status == 200
        with rig.db.write() as tx:
            tx.execute(update(pulls).values(active=False, status="Cancelled"))
            tx.execute(update(commands).values(done_at=clock.now()))
        settings = XeroSettings(
            client_id=CLIENT_ID,
            login_url=rig.url,
            identity_url=rig.url,
            api_url=rig.url,
            **limits,
        )
        db = CountingDatabase(rig.db.engine)
        ports = ConnectorPorts(db, FolderBlobs(folder / "blobs"), rig.queue, clock, rig.vault)
        running = assemble(connector(settings), ports, Addresses(rig.public_url), Habits())
        with closing(running):
            opened = Office(rig, running, db)
            opened.carry_out(opened.order())
            yield opened


def test_a_sync_that_finds_nothing_new_is_one_activity_and_few_commits(office: Office) -> None:
    office.wait_a_day()
    office.calls()
    command = office.order()
    office.db.commits = 0
    assert office.carry_out(command) == 1
    asked = office.calls()
    assert office.db.commits <= MOST_COMMITS
    assert len(asked) > 10
    assert max(asked.values()) <= 2
    with office.rig.db.read() as tx:
        ended = tx.execute(select(pulls.c.status, pulls.c.records_modified).where(pulls.c.active))
        assert ended.all() == []
