"""A re-map that dies at any commit is gone on with, and gives what an undisturbed one gives."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from shared_code.sync.sweeper import sweep_runs
from shared_code.turn import Turn
from tests.support.feeds import CONTACTS, GONE, ITEMS, drive, gone, with_resources
from tests.support.remapping import (
    PowerCut,
    carry_out,
    dying_at,
    order,
    remap,
    report,
    take,
    upgrade,
)
from tests.support.shop import Rig


def contents(rig: Rig) -> tuple[Any, ...]:
    rows = rig.rows(
        "select source_id, content_hash, is_deleted, run_id, resource, sequence, mapping_version"
        " from records_customers where gen_to is null order by 1"
    )
    return rig.visible("customers"), [tuple(row) for row in rows]


def revive(rig: Rig) -> None:
    """Let the sweeper find that nobody drives the run any more."""
    rig.clock.advance(8 * 60)
    sweep_runs(rig.db, rig.queue, Turn(rig.clock))


def interrupted(rig: Rig, *, commit: int) -> bool:
    """Re-map with a death at one commit; tells whether it came so far."""
    remap_id = order(rig, "customers")
    ref, died = take(rig, remap_id), True
    with suppress(PowerCut), dying_at(rig, commit=commit):
        carry_out(rig, ref)
        died = False
    if died:
        revive(rig)
        carry_out(rig, take(rig, remap_id))
    found = report(rig, remap_id)
    assert found.status == "Complete"
    [customers] = found.data_types
    assert (customers.added, customers.changed, customers.unchanged) == (1, 2, 2)
    return died


@pytest.fixture
def synced(rig: Rig) -> Rig:
    """Five customers in several pages of two runs; one is deleted, one cannot be mapped yet."""
    with_resources(rig, ITEMS, CONTACTS, GONE)
    rig.shop.paths["/gone"] = [gone([]), gone([{"id": "r4"}]), gone([])]
    for number in range(5):
        rig.shop.put(f"r{number}", f"quiet {number}" if number % 2 else f"Contact {number}")
    rig.shop.put("bad", "unmappable")
    drive(rig, "customers")
    rig.shop.put("r1", "quiet still")
    rig.shop.put("r2", "Edited")
    drive(rig, "customers")
    upgrade(rig)
    return rig


@pytest.mark.parametrize("first", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_remap_that_dies_at_any_commit_gives_the_same_in_the_end(synced: Rig, first: int) -> None:
    remap(synced, "customers")
    expected = contents(synced)
    commit, died = first, True
    while died:
        # Records that the first mapping cannot make go back to where they were by hand.
        remap(synced, "customers", version=1)
        synced.change("delete from records_customers where source_id = 'bad'")
        died = interrupted(synced, commit=commit)
        assert contents(synced) == expected
        commit += 2
    assert commit > 6


def test_a_remap_that_dies_leaves_no_reader_in_between(synced: Rig) -> None:
    before = synced.visible("customers")
    ref = take(synced, order(synced, "customers"))
    with pytest.raises(PowerCut), dying_at(synced, commit=6):
        carry_out(synced, ref)
    assert synced.visible("customers") == before
    # The run is given up for good: the next sync clears away what it left.
    synced.change("update pulls set active = :no, status = 'Cancelled' where active", no=False)
    synced.change("update runs set state = 'finished'")
    drive(synced, "customers")
    assert synced.visible("customers") == before
