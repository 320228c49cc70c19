"""Kept pages are mapped again by another version, and nobody is asked for anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect

from shared_code.errors import Conflict, NotFound, Reject
from shared_code.remap.job import find_job
from shared_code.remap.replaying import Replay
from shared_code.remap.report import Remap, RemappedType, RemapStatus
from shared_code.spec import Feed
from shared_code.sync.accepting import find_pull
from shared_code.sync.pages import ACTIVITY
from shared_code.sync.runs import RunLost
from shared_code.sync.validation import validation_result
from tests.support.feeds import CONTACTS, FEED, GONE, ITEMS, drive, feed, gone, with_resources
from tests.support.remapping import (
    PowerCut,
    carry_out,
    dying_at,
    order,
    remap,
    report,
    shout,
    shut,
    steps_of,
    take,
    upgrade,
    upgraded,
)
from tests.support.rigs import on_both
from tests.support.shop import COMPANY, Rig
from tests.unit.sync.test_suspects import accepting, latest

ALL = ("items", "customers", "suppliers")


def fill(rig: Rig, contacts: int) -> None:
    rig.shop.items = {"r1": "Widget", "i2": "Gadget"}
    for number in range(contacts):
        rig.shop.put(f"r{number}", f"quiet {number}" if number % 2 else f"Contact {number}")


def names(rig: Rig) -> dict[str, str]:
    return {key: doc["customerName"] for key, doc in rig.visible("customers").items()}


def gens(rig: Rig, data_type: str = "customers") -> dict[str, int]:
    rows = rig.rows(f"select source_id, gen_from from records_{data_type} where gen_to is null")  # noqa: S608
    return {row.source_id: row.gen_from for row in rows}


def of(found: Remap, data_type: str) -> RemappedType:
    return next(each for each in found.data_types if each.data_type == data_type)


def counts(found: RemappedType) -> tuple[int, int, int, int, int, int]:
    """Added, changed, unchanged, rejected, gone, without a page."""
    return (
        found.added,
        found.changed,
        found.unchanged,
        found.rejected,
        found.gone,
        found.without_page,
    )


@on_both
def test_a_remap_is_one_generation_in_which_only_what_changed_is_new(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, *ALL)
    upgrade(rig)
    rig.shop.calls.clear()
    found = remap(rig)
    assert rig.shop.calls == []
    assert (found.status, found.mapping_version) == (RemapStatus.COMPLETE, 2)
    assert names(rig)["r0"] == "CONTACT 0"
    assert gens(rig) == {f"r{n}": 1 if n % 2 else 2 for n in range(7)}
    assert gens(rig, "items") == {"r1": 1, "i2": 1}
    assert rig.statuses() == dict.fromkeys(ALL, "Complete")
    generations = rig.rows("select data_type, generation from datasets order by 1")
    assert generations == [("customers", 2), ("items", 1), ("suppliers", 1)]
    assert counts(of(found, "customers")) == (0, 4, 3, 0, 0, 0)
    assert counts(of(found, "items")) == (0, 0, 2, 0, 0, 0)


def test_cursors_stay_and_the_next_sync_maps_as_the_remap_did(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, *ALL)
    before = rig.rows("select resource, data_type, cursor from cursors order by 1, 2")
    upgrade(rig)
    rig.shop.put("new", "Before")
    drive(rig, "customers")
    assert names(rig)["new"] == "Before"
    moved = rig.rows("select resource, data_type, cursor from cursors order by 1, 2")
    assert moved != before
    remap(rig, "customers")
    assert rig.rows("select resource, data_type, cursor from cursors order by 1, 2") == moved
    rig.shop.put("newer", "After")
    drive(rig, *ALL)
    assert (names(rig)["new"], names(rig)["newer"]) == ("BEFORE", "AFTER")
    pinned = rig.rows("select data_type, mapping_version from datasets order by 1")
    assert pinned == [("customers", 2), ("items", 1), ("suppliers", 1)]


def test_an_older_version_can_be_gone_back_to(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, *ALL)
    before = rig.visible("customers")
    upgrade(rig)
    remap(rig, "customers")
    found = remap(rig, "customers", version=1)
    assert rig.visible("customers") == before
    assert counts(of(found, "customers")) == (0, 2, 2, 0, 0, 0)
    rig.shop.put("r9", "Lower again")
    drive(rig, "customers")
    assert names(rig)["r9"] == "Lower again"


def test_a_type_first_synced_after_an_upgrade_is_mapped_by_the_new_version(rig: Rig) -> None:
    fill(rig, 2)
    upgrade(rig)
    drive(rig, "customers")
    assert names(rig)["r0"] == "CONTACT 0"


def test_a_version_that_is_no_more_gives_way_to_todays(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    source = replace(upgraded(rig.pipeline.source), older=())
    rig.pipeline = replace(rig.pipeline, source=source)
    rig.shop.put("r9", "new")
    drive(rig, "customers")
    assert names(rig)["r9"] == "NEW"
    assert rig.rows("select mapping_version from datasets") == [(2,)]


@on_both
def test_the_latest_version_of_each_record_wins(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, *ALL)
    for name in ("r3", "r5", "r3"):
        rig.shop.put(name, f"Edited {name}")
        drive(rig, "customers")
    upgrade(rig)
    found = remap(rig, "customers")
    expected = {row["id"]: row["title"] for row in rig.shop.contacts.values()}
    assert names(rig) == {k: v if "quiet" in v else v.upper() for k, v in expected.items()}
    assert of(found, "customers").without_page == 0


def test_what_the_old_mapping_did_not_see_is_mapped_from_where_it_came_last(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    modified = rig.shop.contacts["r0"]["modified"]
    rig.shop.put("r0", "Contact 0")
    # To the old mapping nothing has changed: the phone is not known to it.
    rig.shop.contacts["r0"] |= {"phone": "020 7946 0000", "modified": modified}
    rig.change("delete from cursors")
    drive(rig, "customers")
    assert gens(rig)["r0"] == 1
    upgrade(rig)
    remap(rig, "customers")
    assert rig.visible("customers")["r0"]["phone"] == "020 7946 0000"


def test_lookups_are_what_they_were_when_the_page_was_read(rig: Rig) -> None:
    fill(rig, 3)
    drive(rig, "customers")
    rig.shop.items = {"r1": "Renamed", "r3": "Sprocket"}
    rig.shop.put("r3", "Contact 3")
    drive(rig, "customers")
    upgrade(rig)
    remap(rig, "customers")
    seen = rig.visible("customers")
    assert (seen["r1"]["contactName"], seen["r3"]["contactName"]) == ("Widget", "Sprocket")


@on_both
def test_what_was_deleted_stays_deleted(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 4)
    rig.shop.paths["/gone"] = [gone([]), gone([{"id": "r1"}])]
    drive(rig, "customers")
    drive(rig, "customers")
    upgrade(rig)
    found = remap(rig, "customers")
    deleted = {key for key, doc in rig.visible("customers").items() if doc["metadata"]["isDeleted"]}
    assert deleted == {"r1"}
    assert counts(of(found, "customers")) == (0, 2, 1, 0, 0, 0)


def test_what_two_whole_lists_missed_stays_deleted(rig: Rig) -> None:
    fill(rig, 1)
    drive(rig, "items")
    del rig.shop.items["i2"]
    drive(rig, "items")
    drive(rig, "items")
    before = rig.visible("items")
    assert before["i2"]["metadata"] == {"isDeleted": True}
    found = remap(rig, "items")
    assert rig.visible("items") == before
    assert counts(of(found, "items")) == (0, 0, 1, 0, 0, 0)


def test_what_came_back_after_it_was_deleted_is_mapped_from_its_new_page(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 2)
    rig.shop.paths["/gone"] = [gone([{"id": "r0"}]), gone([])]
    drive(rig, "customers")
    rig.shop.put("r0", "Back again")
    drive(rig, "customers")
    upgrade(rig)
    remap(rig, "customers")
    assert names(rig)["r0"] == "BACK AGAIN"
    assert rig.visible("customers")["r0"]["metadata"] == {"isDeleted": False}


def test_a_page_that_names_a_record_and_its_end_leaves_it_ended(rig: Rig) -> None:
    with_resources(rig, ITEMS, FEED)
    rig.shop.paths["/feed"] = [feed("a", "b", removed=["a"], after="t1")]
    drive(rig, "customers")
    upgrade(rig)
    remap(rig, "customers")
    seen = rig.visible("customers")
    assert {key: doc["metadata"]["isDeleted"] for key, doc in seen.items()} == {
        "a": True,
        "b": False,
    }


def test_a_mapping_that_sees_deletions_deletes_and_one_that_does_not_brings_back(rig: Rig) -> None:
    fill(rig, 2)
    rig.shop.put("r0", "dead now")
    drive(rig, "customers")
    upgrade(rig)
    remap(rig, "customers")
    assert rig.visible("customers")["r0"]["metadata"] == {"isDeleted": True}
    remap(rig, "customers", version=1)
    assert rig.visible("customers")["r0"]["metadata"] == {"isDeleted": False}


def test_what_could_not_be_mapped_before_is_added(rig: Rig) -> None:
    fill(rig, 2)
    rig.shop.put("bad", "unmappable")
    rig.shop.put("own", "only a customer")
    drive(rig, *ALL)
    # Both come again, so that more than one page has them.
    rig.shop.put("bad", "unmappable")
    rig.shop.put("own", "only a customer")
    drive(rig, *ALL)
    upgrade(rig)
    found = remap(rig)
    assert names(rig)["bad"] == "UNMAPPABLE"
    assert set(rig.visible("suppliers")) == {"r0", "r1", "bad", "own"}
    assert of(found, "customers").added == 1
    assert [each.id for each in of(found, "suppliers").samples] == ["own"]
    assert of(found, "suppliers").added == 1


def test_what_cannot_be_mapped_any_more_stays_as_it_is_with_the_reason(rig: Rig) -> None:
    fill(rig, 2)
    rig.shop.put("r0", "refused by the new")
    drive(rig, "customers")
    upgrade(rig)
    found = remap(rig, "customers")
    assert names(rig)["r0"] == "refused by the new"
    assert counts(of(found, "customers")) == (0, 0, 1, 1, 0, 0)
    with rig.db.read() as tx:
        result = validation_result(tx, find_pull(tx, COMPANY, latest(rig, "customers").id))
    assert [(each.item_id, each.message) for each in result.warnings] == [
        ("r0", "No such customer any more")
    ]


def test_what_belongs_to_the_type_no_more_is_deleted_and_can_come_back(rig: Rig) -> None:
    fill(rig, 2)
    rig.shop.put("r0", "disowned")
    drive(rig, "customers")
    upgrade(rig)
    found = remap(rig, "customers")
    assert counts(of(found, "customers")) == (0, 0, 1, 0, 1, 0)
    assert rig.visible("customers")["r0"]["metadata"] == {"isDeleted": True}
    remap(rig, "customers", version=1)
    assert rig.visible("customers")["r0"]["metadata"] == {"isDeleted": False}


def test_records_whose_page_is_gone_stay_as_they_are_and_are_counted(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, "customers")
    lost = rig.rows("select path, sequence from raw_pages where resource = 'Contacts'")
    rig.blobs.delete(next(row.path for row in lost if row.sequence == 1))
    before = names(rig)
    upgrade(rig)
    found = of(remap(rig, "customers"), "customers")
    without = [key for key, doc in names(rig).items() if doc == before[key] and "quiet" not in doc]
    assert found.without_page > 0
    assert found.without_page + found.changed + found.unchanged == 7
    assert without
    assert rig.statuses() == {"customers": "Complete"}


@pytest.mark.parametrize("harm", ["blob", "row", "damage"])
def test_records_whose_lookups_are_gone_stay_as_they_are_too(rig: Rig, harm: str) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    [(path,)] = rig.rows("select path from raw_pages where resource = 'Items'")
    if harm == "row":
        rig.change("delete from raw_pages where resource = 'Items'")
    else:
        rig.blobs.delete(path)
    if harm == "damage":
        rig.blobs.put(path, b"\x1f\x8b no gzip", content_type="application/gzip")
    upgrade(rig)
    found = of(remap(rig, "customers"), "customers")
    assert counts(found) == (0, 0, 0, 0, 0, 2)
    assert names(rig)["r0"] == "Contact 0"


def test_pages_of_runs_that_were_not_published_do_not_count(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    with_resources(rig, ITEMS, replace(CONTACTS, cuts=(1, 2)))
    rig.shop.put("r0", "Suspect")
    drive(rig, "customers")
    assert rig.statuses() == {"customers": "ValidationError"}
    upgrade(rig)
    remap(rig, "customers")
    assert names(rig)["r0"] == "CONTACT 0"


def test_an_accepted_sync_counts_as_published(rig: Rig) -> None:
    with_resources(rig, ITEMS, replace(CONTACTS, cuts=(2,)))
    fill(rig, 2)
    drive(rig, "customers")
    acceptance = accepting(rig, latest(rig, "customers").id)
    carry_out(rig, take(rig, latest(rig, "customers").run_id))
    assert acceptance.data_type == "customers"
    upgrade(rig)
    remap(rig, "customers")
    assert names(rig)["r0"] == "CONTACT 0"


def tables(rig: Rig, *, but: set[str]) -> dict[str, list[Any]]:
    found = set(inspect(rig.db.engine).get_table_names()) - but
    return {name: sorted(map(repr, rig.rows(f"select * from {name}"))) for name in found}  # noqa: S608


@on_both
def test_a_dry_run_writes_nothing_and_foretells_what_the_real_one_does(rig: Rig) -> None:
    fill(rig, 5)
    rig.shop.put("r0", "disowned")
    rig.shop.put("r2", "refused now")
    rig.shop.put("bad", "unmappable")
    drive(rig, *ALL)
    upgrade(rig)
    own = {"remaps", "remap_types", "remap_changes", "runs", "commands"}
    before = tables(rig, but=own)
    dry = remap(rig, dry_run=True)
    assert tables(rig, but=own) == before
    assert (dry.status, dry.dry_run) == (RemapStatus.COMPLETE, True)
    real = remap(rig)
    for data_type in ALL:
        assert counts(of(dry, data_type)) == counts(of(real, data_type))
        assert of(dry, data_type).samples == of(real, data_type).samples
    assert counts(of(dry, "customers")) == (1, 1, 2, 1, 1, 0)
    shown = {each.id: each for each in of(dry, "customers").samples}
    assert {key: each.kind for key, each in shown.items()} == {
        "r0": "gone",
        "r2": "rejected",
        "r4": "changed",
        "bad": "added",
    }
    assert shown["r2"].reason == "No such customer any more"
    [change] = shown["r4"].changes or []
    assert (change.property, change.before, change.after) == (
        "customerName",
        '"Contact 4"',
        '"CONTACT 4"',
    )
    assert rig.rows("select count(*) from remap_changes where detail is null") == [(0,)]


def test_samples_are_few_and_counts_are_whole(rig: Rig) -> None:
    for number in range(45):
        rig.shop.put(f"r{number:02d}", "unmappable" if number < 22 else f"Contact {number}")
    drive(rig, "customers")
    accepting(rig, latest(rig, "customers").id)
    carry_out(rig, take(rig, latest(rig, "customers").run_id))
    upgrade(rig)
    found = of(remap(rig, "customers", dry_run=True), "customers")
    assert (found.added, found.changed) == (22, 23)
    kinds = [each.kind for each in found.samples]
    assert (kinds.count("added"), kinds.count("changed")) == (20, 20)


def test_a_dry_run_holds_up_no_sync(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    remap_id = order(rig, dry_run=True)
    drive(rig, "customers")
    carry_out(rig, take(rig, remap_id))
    assert report(rig, remap_id).status == RemapStatus.COMPLETE


@on_both
def test_a_remap_and_a_sync_of_one_type_exclude_each_other(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers", "items")
    rig.request("customers")
    with pytest.raises(Conflict, match="Cannot queue customers sync"):
        order(rig, "customers")
    order(rig, "items")
    with pytest.raises(Conflict, match="Cannot queue items sync"):
        rig.request("items")
    with pytest.raises(Conflict, match="of this connection is still in progress"):
        order(rig, "items", dry_run=True)


@pytest.mark.parametrize(
    ("data_type", "error", "message"),
    [
        ("nothing", Reject, "dataTypes: nothing is no data type. Allowed are"),
        ("banking-accounts", NotFound, "Datatype banking-accounts not supported"),
        ("bills", Conflict, "The data set has not been requested: bills"),
    ],
)
def test_a_type_that_cannot_be_mapped_again_is_refused(
    rig: Rig, data_type: str, error: type[Reject], message: str
) -> None:
    fill(rig, 1)
    drive(rig, "customers")
    with pytest.raises(error, match=message):
        order(rig, "customers", data_type)


def test_an_unlinked_connection_and_one_without_data_are_refused(rig: Rig) -> None:
    with pytest.raises(Conflict, match="The data set has not been requested"):
        order(rig)
    rig.set_connection(status="Unlinked")
    with pytest.raises(Conflict, match="Only Linked connections"):
        order(rig)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_version_that_there_is_not_ends_it_by_name(rig: Rig, dry_run: bool) -> None:  # noqa: FBT001
    fill(rig, 1)
    drive(rig, "customers")
    upgrade(rig)
    found = remap(rig, "customers", version=7, dry_run=dry_run)
    assert found.status == RemapStatus.FAILED
    assert found.error_message == "There is no mapping version 7. There are: 1, 2"
    assert rig.statuses() == {"customers": "Complete" if dry_run else "MapError"}
    assert names(rig) == {"r0": "Contact 0"}


@on_both
def test_a_remap_that_looks_wrong_is_held_back_until_somebody_accepts_it(rig: Rig) -> None:
    for number in range(40):
        rig.shop.put(f"r{number:02d}", "disowned" if number < 30 else "quiet")
    drive(rig, "customers")
    before = rig.visible("customers")
    upgrade(rig)
    dry = of(remap(rig, "customers", dry_run=True), "customers")
    assert dry.suspicions == ["30 of 40 records would be deleted, where 20 may"]
    found = of(remap(rig, "customers"), "customers")
    assert found.status == "ValidationError"
    assert found.error_message == f"{dry.suspicions[0]}. The last good data is kept"
    assert rig.visible("customers") == before
    assert rig.rows("select mapping_version from datasets") == [(1,)]
    accepting(rig, latest(rig, "customers").id)
    shut(rig)
    carry_out(rig, take(rig, latest(rig, "customers").run_id))
    assert sum(doc["metadata"]["isDeleted"] for doc in rig.visible("customers").values()) == 30
    assert rig.rows("select mapping_version from datasets") == [(2,)]
    assert rig.statuses() == {"customers": "Complete"}


def test_a_sync_after_a_remap_that_was_held_back_starts_from_what_is_published(rig: Rig) -> None:
    for number in range(40):
        rig.shop.put(f"r{number:02d}", "disowned" if number < 30 else "quiet")
    drive(rig, "customers")
    upgrade(rig)
    remap(rig, "customers")
    rig.shop.put("r50", "Newcomer")
    drive(rig, "customers")
    assert names(rig)["r50"] == "Newcomer"
    assert len(names(rig)) == 41


def test_a_remap_moves_neither_the_last_sync_nor_its_events_away(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    before = rig.connection().last_sync_at
    rig.clock.advance(60)
    upgrade(rig)
    remap(rig, "customers", dry_run=True)
    assert len(rig.rows("select id from events")) == 1
    remap(rig, "customers")
    assert rig.connection().last_sync_at == before
    assert len(rig.rows("select id from events")) == 2


def test_a_page_too_large_for_one_commit_is_gone_on_with_in_the_middle(rig: Rig) -> None:
    rig.shop.items = {f"i{number}": f"Item {number}" for number in range(7)}
    drive(rig, "items")
    loud = replace(ITEMS, feeds=(Feed("items", shout),))
    source = replace(rig.pipeline.source, resources=(loud, CONTACTS))
    rig.pipeline = replace(rig.pipeline, source=source)
    ref = take(rig, order(rig, "items"))
    steps_of(rig, ref).plan()
    job = find_job(rig.pipeline, ref)
    assert job is not None
    replay = Replay(rig.pipeline, ref, job, "items", source, batch=2)
    with pytest.raises(PowerCut), dying_at(rig, commit=4):
        replay.work(rig.clock.now() + timedelta(minutes=1))
    assert of(report(rig, ref.run_id), "items").changed == 4
    carry_out(rig, ref)
    assert of(report(rig, ref.run_id), "items").changed == 7
    assert {doc["name"] for doc in rig.visible("items").values()} == {
        f"ITEM {number}" for number in range(7)
    }


def test_an_activity_ends_in_time_and_the_next_goes_on(rig: Rig) -> None:
    fill(rig, 10)
    drive(rig, "customers")
    upgrade(rig)
    ref = take(rig, order(rig, "customers"))
    [name] = steps_of(rig, ref).plan()
    job = find_job(rig.pipeline, ref)
    assert job is not None
    source = rig.pipeline.source.mapped_by(2)
    assert Replay(rig.pipeline, ref, job, name, source).work(rig.clock.now()).state == "more"
    assert timedelta(minutes=5) > ACTIVITY
    carry_out(rig, ref)
    assert names(rig)["r8"] == "CONTACT 8"


def test_a_driver_that_lost_the_run_writes_nothing(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    upgrade(rig)
    old = take(rig, order(rig, "customers"))
    [name] = steps_of(rig, old).plan()
    rig.change("update runs set state = 'queued' where state = 'claimed'")
    new = take(rig, old.run_id)
    assert steps_of(rig, old).pages(name).state == "lost"
    with pytest.raises(RunLost):
        steps_of(rig, old).publish()
    carry_out(rig, new)
    assert names(rig)["r2"] == "CONTACT 2"


def test_unlinking_ends_a_remap(rig: Rig) -> None:
    fill(rig, 4)
    drive(rig, "customers")
    ref = take(rig, order(rig, "customers"))
    [name] = steps_of(rig, ref).plan()
    rig.set_connection(status="Unlinked", epoch=2)
    assert steps_of(rig, ref).pages(name).state == "lost"
