"""A re-map whose process is killed again and again comes to its end, and to the right one.

`REMAP_KILLS` sets how often the process is killed, `REMAP_KILL_SEED` where.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_code.sync.runs import LEASE, RunRef, claim
from tests.support.feeds import drive
from tests.support.postgres import PostgresServer
from tests.support.remapper import remapper
from tests.support.remapping import order, report, upgrade
from tests.support.shop import COMPANY, Rig, open_rig

SEED = int(os.environ.get("REMAP_KILL_SEED", "1"))
FEW, MANY = 1, int(os.environ.get("REMAP_KILLS", "25"))
COMMITS = 12
"""After so many at most the process is killed."""


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Rig, str, Path]]:
    server: PostgresServer | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
    with open_rig(tmp_path, server) as rig:
        url = rig.db.engine.url.render_as_string(hide_password=False)
        yield rig, url, tmp_path / "blobs"


def fill(rig: Rig, contacts: int) -> dict[str, str]:
    """Sync contacts in two runs; gives what the second mapping makes of them."""
    rig.shop.items = {f"i{number:03d}": f"Item {number}" for number in range(contacts)}
    for number in range(contacts // 5):
        rig.shop.put(f"r{number:04d}", f"Contact {number}")
    drive(rig, "customers", "items")
    for number in range(0, contacts // 5, 3):
        rig.shop.put(f"r{number:04d}", f"Edited {number}")
    drive(rig, "customers")
    return {row["id"]: row["title"].upper() for row in rig.shop.contacts.values()}


def taken(rig: Rig, remap_id: str) -> RunRef:
    """Take the run up as the sweeper does, however its driver ended."""
    rig.change("update runs set state = 'queued' where state = 'claimed'")
    ref = claim(rig.db, COMPANY, remap_id, until=rig.clock.now() + LEASE)
    assert ref is not None
    return ref


def kill_again_and_again(rig: Rig, url: str, blobs: Path, *, kills: int) -> None:
    records = 20 * COMMITS * kills
    expected, rng = fill(rig, records), random.Random(SEED)
    upgrade(rig)
    before = rig.visible("customers")
    remap_id = order(rig, "customers", "items")
    for _ in range(kills):
        with remapper(url, blobs, taken(rig, remap_id).to_json()) as (process, hearing):
            for _ in range(rng.randint(1, COMMITS)):
                assert hearing.poll(60)
                assert hearing.recv() == "commit"
            process.kill()
            process.join()
        assert rig.visible("customers") == before
    finish(rig, url, blobs, remap_id)
    found: dict[str, Any] = rig.visible("customers")
    assert {key: doc["customerName"] for key, doc in found.items()} == expected
    customers, items = sorted(report(rig, remap_id).data_types, key=lambda each: each.data_type)
    assert (customers.changed, customers.without_page) == (len(expected), 0)
    assert (items.unchanged, items.changed) == (records, 0)
    assert rig.statuses() == {"customers": "Complete", "items": "Complete"}


def finish(rig: Rig, url: str, blobs: Path, remap_id: str) -> None:
    with remapper(url, blobs, taken(rig, remap_id).to_json()) as (_, hearing):
        told = ""
        while told != "over":
            assert hearing.poll(60)
            told = hearing.recv()


def test_a_killed_remap_comes_to_its_end(store: tuple[Rig, str, Path]) -> None:
    kill_again_and_again(*store, kills=FEW)


@pytest.mark.long
def test_a_remap_killed_many_times_comes_to_its_end(store: tuple[Rig, str, Path]) -> None:
    kill_again_and_again(*store, kills=MANY)
