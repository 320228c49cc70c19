"""Raw pages go when no re-map needs them any more, and not before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.remap.retention import let_go_of_pages
from shared_code.sync.ending import give_up
from shared_code.sync.pages import read_pages
from shared_code.sync.plan import plan
from shared_code.sync.runs import RunRef, claim
from shared_code.turn import Turn
from tests.support.feeds import CONTACTS, ITEMS, drive, with_resources
from tests.support.leaving import unlink
from tests.support.remapping import carry_out, order, remap, report, take, upgrade
from tests.support.rigs import on_both
from tests.support.shop import COMPANY, CONNECTION, Rig
from tests.unit.sync.test_suspects import accepting, latest

KEEP = timedelta(days=90)


def sweep(rig: Rig, *, days: float = 1.1) -> int:
    """Let some days pass, and the engine look."""
    rig.clock.advance(days * 86_400)
    return let_go_of_pages(rig.db, rig.blobs, Turn(rig.clock), keep=KEEP)


def pages(rig: Rig) -> list[tuple[str, int]]:
    """The kept pages by list, oldest first; each has its blob and each blob its row."""
    rows = rig.rows(
        "select resource, sequence, path from raw_pages order by fetched_at, resource, sequence"
    )
    assert sorted(row.path for row in rows) == sorted(rig.blobs.list("raw/"))
    return [(row.resource, row.sequence) for row in rows]


def fill(rig: Rig, contacts: int) -> None:
    rig.shop.items = {"r1": "Widget"}
    for number in range(contacts):
        rig.shop.put(f"r{number}", f"Contact {number}")


@on_both
def test_pages_stay_as_long_as_the_setting_says(rig: Rig) -> None:
    fill(rig, 2)
    for _ in range(3):
        drive(rig, "items", "customers")
    before = pages(rig)
    assert sweep(rig, days=89) == 0
    assert pages(rig) == before
    # Of both lists the second pass: the first brought the records, the last had them again.
    assert sweep(rig, days=2) == 2
    assert sorted(pages(rig)) == [("Contacts", 0)] * 2 + [("Items", 0)] * 2


def test_a_page_that_a_record_comes_from_stays_for_ever_with_its_lookups(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, "customers")
    assert sweep(rig, days=1_000) == 0
    upgrade(rig)
    found = remap(rig, "customers")
    assert found.data_types[0].changed == 7
    assert found.data_types[0].without_page == 0


def test_a_page_whose_records_have_all_changed_since_goes(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    for name in ("r0", "r1"):
        rig.shop.put(name, f"Edited {name}")
    drive(rig, "customers")
    assert sweep(rig, days=91) == 2
    upgrade(rig)
    assert remap(rig, "customers").data_types[0].changed == 2


def test_a_page_that_brought_what_the_mapping_did_not_see_stays(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    rig.shop.contacts["r0"]["phone"] = "020 7946 0000"
    rig.change("delete from cursors")
    drive(rig, "customers")
    sweep(rig, days=91)
    upgrade(rig)
    remap(rig, "customers")
    assert rig.visible("customers")["r0"]["phone"] == "020 7946 0000"


def test_pages_of_runs_that_came_to_nothing_go_at_once(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    before = pages(rig)
    with_resources(rig, ITEMS, replace(CONTACTS, cuts=(1,)))
    drive(rig, "customers")
    with_resources(rig, ITEMS, CONTACTS)
    assert rig.statuses() == {"customers": "ValidationError"}
    drive(rig, "customers")
    assert sweep(rig) == 2
    assert pages(rig)[: len(before)] == before


def test_pages_of_the_last_run_of_a_connection_go_too_if_nothing_came_of_it(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    before = pages(rig)
    ref = claim(rig.db, COMPANY, rig.request("items"), until=rig.pipeline.lease_end())
    assert ref is not None
    plan(rig.pipeline, ref)
    read_pages(rig.pipeline, ref, "Items")
    assert len(pages(rig)) == len(before) + 1
    unlink(rig)
    assert sweep(rig) == 1
    assert pages(rig) == before


def test_pages_of_a_suspect_run_stay_as_long_as_it_may_be_accepted(rig: Rig) -> None:
    with_resources(rig, ITEMS, replace(CONTACTS, cuts=(4,)))
    fill(rig, 4)
    drive(rig, "customers")
    before = pages(rig)
    assert sweep(rig, days=200) == 0
    accepting(rig, latest(rig, "customers").id)
    # It may be a while until somebody gets at it.
    assert sweep(rig, days=200) == 0
    carry_out(rig, take(rig, latest(rig, "customers").run_id))
    assert sweep(rig, days=200) == 0
    assert pages(rig) == before


@on_both
def test_pages_of_a_suspect_run_stay_where_its_acceptance_was_suspect_once_more(rig: Rig) -> None:
    with_resources(rig, ITEMS, replace(CONTACTS, cuts=(4,)))
    fill(rig, 4)
    drive(rig, "customers")
    before = pages(rig)
    accepting(rig, latest(rig, "customers").id)
    # By a fault of ours it looks worse than what somebody saw.
    rig.change("update suspicions set findings = '[]'")
    carry_out(rig, take(rig, latest(rig, "customers").run_id))
    assert rig.statuses() == {"customers": "ValidationError"}
    assert sweep(rig, days=200) == 0
    accepting(rig, latest(rig, "customers").id)
    assert sweep(rig, days=200) == 0
    carry_out(rig, take(rig, latest(rig, "customers").run_id))
    assert rig.statuses() == {"customers": "Complete"}
    assert sweep(rig, days=200) == 0
    assert pages(rig) == before
    upgrade(rig)
    found = remap(rig, "customers").data_types[0]
    assert (found.changed, found.without_page) == (4, 0)


def test_pages_of_a_run_under_way_stay(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    rig.request("customers")
    assert sweep(rig, days=200) == 0


def kept(rig: Rig) -> list[str]:
    """The blobs, whether they have rows or not."""
    return [*rig.blobs.list("raw/")]


def planned(rig: Rig) -> RunRef:
    """A run whose lists are still to be read."""
    fill(rig, 7)
    ref = claim(rig.db, COMPANY, rig.request("customers"), until=rig.pipeline.lease_end())
    assert ref is not None
    plan(rig.pipeline, ref)
    return ref


@on_both
def test_pages_that_no_run_committed_go_when_the_connection_was_unlinked_meanwhile(
    rig: Rig,
) -> None:
    with_resources(rig, replace(CONTACTS, lookups=()))
    ref = planned(rig)
    rig.shop.answers = [lambda: None, lambda: None, lambda: unlink(rig)]
    assert read_pages(rig.pipeline, ref, "Contacts").state == "lost"
    before = kept(rig)
    assert rig.rows("select 1 from raw_pages") == []
    assert sweep(rig) == len(before) > 0
    assert kept(rig) == []


def test_pages_that_no_run_committed_stay_until_it_is_over(rig: Rig) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    ref = planned(rig)
    rig.shop.answers = [lambda: None, lambda: None, die]
    with pytest.raises(KeyboardInterrupt):
        read_pages(rig.pipeline, ref, "Items", "Contacts")
    assert rig.rows("select 1 from raw_pages where resource = 'Contacts'") == []
    before = kept(rig)
    assert sweep(rig, days=200) == 0
    assert kept(rig) == before
    give_up(rig.pipeline, ref)
    sweep(rig)
    assert not any("/Contacts/" in path for path in kept(rig))


def test_pages_of_a_run_that_begins_and_ends_while_pages_are_looked_for_stay(
    rig: Rig, tmp_path: Path
) -> None:
    class Looking(FolderBlobs):
        def list(self, prefix: str) -> Iterator[str]:
            drive(rig, "customers")
            return super().list(prefix)

    fill(rig, 4)
    blobs = Looking(tmp_path / "blobs")
    assert let_go_of_pages(rig.db, blobs, Turn(rig.clock), keep=KEEP) == 0
    assert len(pages(rig)) > 1


def test_nothing_goes_while_it_is_mapped_again(rig: Rig) -> None:
    fill(rig, 2)
    for _ in range(3):
        drive(rig, "items")
    remap_id = order(rig, "items", dry_run=True)
    assert sweep(rig, days=91) == 0
    carry_out(rig, take(rig, remap_id))
    assert sweep(rig) == 1


def test_a_kill_between_blob_and_row_is_made_good_the_next_time(rig: Rig) -> None:
    fill(rig, 2)
    for _ in range(3):
        drive(rig, "items")
    [_, second, _] = rig.rows("select path from raw_pages order by fetched_at")
    rig.blobs.delete(second.path)
    assert sweep(rig, days=91) == 1
    assert pages(rig) == [("Items", 0)] * 2


def test_a_connection_is_looked_at_once_a_day_and_each_gets_its_turn(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "items")
    assert sweep(rig, days=0) == 0
    seen = rig.connection().pages_swept_at
    sweep(rig, days=0.5)
    assert rig.connection().pages_swept_at == seen
    sweep(rig, days=0.6)
    assert rig.connection().pages_swept_at > seen
    assert rig.connection().id == CONNECTION


def test_the_pages_of_a_deleted_connection_are_the_purges_matter(rig: Rig) -> None:
    fill(rig, 2)
    for _ in range(3):
        drive(rig, "items")
    rig.set_connection(deleted_at=rig.clock.now())
    assert sweep(rig, days=91) == 0


@on_both
def test_samples_of_a_remap_go_in_time(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    upgrade(rig)
    found = remap(rig, "customers", dry_run=True)
    assert len(found.data_types[0].samples) == 2
    sweep(rig, days=89)
    assert len(report(rig, found.id).data_types[0].samples) == 2
    sweep(rig, days=2)
    after = report(rig, found.id).data_types[0]
    assert (after.samples, after.changed) == ([], 2)
