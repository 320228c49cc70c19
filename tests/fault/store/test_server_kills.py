"""A sync outlives its PostgreSQL server: killed whole at any moment, and started on the same data.

`SERVER_KILL_SEED` sets which moments are taken, and in the long test, which takes each, how.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

import pytest
from sqlalchemy.exc import OperationalError

from shared_code.model import decode
from shared_code.remap.job import driver_of
from shared_code.store.records import Dataset, Listing, latest, read_page
from shared_code.sync import driving, storing
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.publish import publish_run
from shared_code.sync.runs import LEASE, RunRef, claim
from tests.support.moments import Moments, moments_of
from tests.support.postgres import MortalServer, mortal_server
from tests.support.shop import COMPANY, CONNECTION, Rig, open_rig

SEED = int(os.environ.get("SERVER_KILL_SEED", "1"))
CONTACTS, PAGES_AT_ONCE = 9, 2
NAMES = {"customers": "customerName", "suppliers": "supplierName", "items": "name"}

Books = dict[str, dict[str, str]]
"""What records are called, by data type and id."""


Way = Callable[[MortalServer], None]


def down(server: MortalServer) -> None:
    """It is gone for as long as somebody drives the sync."""
    server.kill()


def meanwhile(server: MortalServer) -> None:
    """As `down`, while it works on a statement or a commit, or soon after."""
    server.kill()


def back_at_once(server: MortalServer) -> None:
    """Who drives the sync may notice nothing but that its sessions are gone."""
    server.kill()
    server.start()


WAYS = (down, meanwhile, back_at_once)


@dataclass
class World:
    """A company whose books change from sync to sync, on a server of its own."""

    server: MortalServer
    rig: Rig
    moments: Moments
    syncs: int = 0
    load: int = 0
    """Moments of a sync until it publishes."""
    publish: int = 0

    def change(self) -> Books:
        """Change each record at the provider; gives what the books are then."""
        self.syncs += 1
        shop = self.rig.shop
        for number in range(CONTACTS):
            shop.put(f"r{number:02}", f"Contact {number}, {self.syncs}")
        shop.items = {f"i{number}": f"Item {number}, {self.syncs}" for number in range(4)}
        contacts = {row["id"]: row["title"] for row in shop.contacts.values()}
        return {"customers": contacts, "suppliers": contacts, "items": dict(shop.items)}

    def served(self) -> Books:
        """What a reader sees; the counts must agree with it."""
        return {data_type: self._served(data_type) for data_type in NAMES}

    def _served(self, data_type: str) -> dict[str, str]:
        dataset = Dataset(COMPANY, CONNECTION, data_type, "xero")
        with self.rig.db.read() as tx:
            snapshot = latest(tx, dataset)
            assert snapshot is not None
            found = [decode(each) for each in read_page(tx, snapshot, Listing(limit=1_000))]
        assert len(found) == snapshot.count
        return {each["id"]: each[NAMES[data_type]] for each in found}

    def claim(self) -> RunRef | None:
        """Take up the run that is not finished, as the sweeper does."""
        self.rig.change("update runs set state = 'queued' where state = 'claimed'")
        waiting = self.rig.rows("select id from runs where state = 'queued'")
        until = self.rig.clock.now() + LEASE
        return claim(self.rig.db, COMPANY, waiting[0].id, until=until) if waiting else None

    def drive(self, ref: RunRef) -> None:
        """Drive a run as far as it goes, as an orchestration does."""
        while driver_of(self.rig.pipeline).drive(ref).state == "more":
            pass

    def struck(self, moment: int, way: Way) -> None:
        """Drive the run as far as it gets when the server goes, and have the server back."""
        ref, striker = self.claim(), Thread(target=way, args=(self.server,))
        assert ref is not None
        self.moments.interrupt(moment, striker.start if way is meanwhile else striker.run)
        with suppress(OperationalError):
            self.drive(ref)
        if way is meanwhile:
            striker.join()
        if not self.server.lives:
            self.server.start()

    def measure(self) -> None:
        """Sync without trouble, and count the moments."""
        self.rig.request(*NAMES)
        ref, before = self.claim(), self.moments.seen
        assert ref is not None
        begun: list[int] = []

        def publish(pipeline: Pipeline, ref: RunRef) -> None:
            begun.append(self.moments.seen)
            publish_run(pipeline, ref)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(driving, "publish_run", publish)
            self.drive(ref)
        self.load, self.publish = begun[0] - before, self.moments.seen - begun[0]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        pytest.MonkeyPatch.context() as patch,
        mortal_server() as server,
        open_rig(tmp_path_factory.mktemp("rig"), server.address) as rig,
        moments_of(rig.db) as moments,
    ):
        patch.setattr(storing, "ENOUGH_PAGES", PAGES_AT_ONCE)
        world = World(server, rig, moments)
        for _ in range(2):
            world.change()
            world.measure()
        yield world


def check(world: World, moment: int, way: Way) -> None:
    """Strike at a moment of a sync, and hold to the books what is served then and in the end."""
    before, after, kills = world.served(), world.change(), world.server.kills
    world.rig.request(*NAMES)
    world.struck(moment, way)
    assert world.server.kills == kills + 1
    # The connections of the pool are all dead, and nobody but the store itself notices.
    assert world.served() in (before, after)
    while ref := world.claim():
        world.drive(ref)
    assert world.served() == after
    assert world.rig.statuses() == dict.fromkeys(NAMES, "Complete")


def test_a_server_killed_during_a_load_or_a_publish_serves_whole_generations(world: World) -> None:
    """The first moment of a publish: what was read last was not flushed to the disk."""
    rng = random.Random(SEED)
    check(world, rng.randrange(world.load), meanwhile)
    check(world, world.load + rng.randrange(world.publish), down)
    check(world, world.load, back_at_once)


@pytest.mark.long
def test_killed_at_each_moment_of_a_sync_the_server_serves_whole_generations(world: World) -> None:
    for moment in range(world.load + world.publish):
        check(world, moment, WAYS[(moment + SEED) % len(WAYS)])
