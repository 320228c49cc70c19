"""A run from request to published generation, and everything that can come between."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Row, insert, inspect

from local.stack.children import ROOT
from shared_code.connect.purging import purge_deleted
from shared_code.errors import Conflict
from shared_code.fetch.provider import Provider
from shared_code.store.schema import grants
from shared_code.sync.pages import ACTIVITY, Step, read_pages
from shared_code.sync.plan import plan
from shared_code.sync.publish import publish_run
from shared_code.sync.runs import LEASE, RunLost, RunRef, claim
from shared_code.turn import Turn
from tests.support.leaving import delete, purge
from tests.support.rigs import on_both
from tests.support.shop import COMPANY, CONNECTION, Rig

ALL = ("items", "customers", "suppliers")


def take(rig: Rig, run_id: str) -> RunRef:
    ref = claim(rig.db, COMPANY, run_id, until=rig.clock.now() + LEASE)
    assert ref is not None
    return ref


def drive(rig: Rig, *data_types: str) -> list[Step]:
    """Do what the orchestration does, without waiting."""
    ref = take(rig, rig.request(*data_types))
    steps = [read_pages(rig.pipeline, ref, name) for name in plan(rig.pipeline, ref)]
    publish_run(rig.pipeline, ref)
    return steps


def fill(rig: Rig, contacts: int) -> None:
    rig.shop.items = {"r1": "Widget", "i2": "Gadget"}
    for number in range(contacts):
        rig.shop.put(f"r{number}", f"Contact {number}")


@on_both
def test_everything_at_the_provider_becomes_visible_at_once(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, *ALL)
    assert set(rig.visible("customers")) == {f"r{n}" for n in range(7)}
    assert set(rig.visible("suppliers")) == {f"r{n}" for n in range(7)}
    assert set(rig.visible("items")) == {"r1", "i2"}
    assert rig.statuses() == dict.fromkeys(ALL, "Complete")


def test_nothing_is_visible_before_the_run_is_published(rig: Rig) -> None:
    fill(rig, 7)
    ref = take(rig, rig.request(*ALL))
    for name in plan(rig.pipeline, ref):
        read_pages(rig.pipeline, ref, name)
    assert rig.visible("customers") == {}


def test_a_long_list_gives_its_place_up_after_a_while_and_is_gone_on_with(rig: Rig) -> None:
    fill(rig, 20)
    ref = take(rig, rig.request("customers"))
    first, second = plan(rig.pipeline, ref)
    read_pages(rig.pipeline, ref, first)
    rig.shop.answers = [lambda: rig.clock.advance(11)] * 20
    states: list[str] = []
    while not states or states[-1] == "more":
        states.append(read_pages(rig.pipeline, ref, second).state)
    publish_run(rig.pipeline, ref)
    assert states[:2] == ["more", "more"]
    assert len(rig.visible("customers")) == 20


def test_a_list_that_takes_long_to_begin_is_read_all_the_same(rig: Rig) -> None:
    fill(rig, 1)
    usual = rig.pipeline.provider_for

    def slow(connection: Row[Any]) -> Provider:
        rig.clock.advance(600)
        return usual(connection)

    rig.pipeline = replace(rig.pipeline, provider_for=slow)
    assert [step.state for step in drive(rig, "items")] == ["over"]


def test_whoever_waits_behind_fifty_long_lists_has_its_turn_before_its_lease_ends() -> None:
    settings = json.loads((ROOT / "host.json").read_text())["extensions"]["durableTask"]
    rounds = 50 / settings["maxConcurrentActivityFunctions"]
    assert rounds * ACTIVITY < LEASE


def test_a_record_carries_what_its_lookups_said(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    assert rig.visible("customers")["r1"]["contactName"] == "Widget"
    assert rig.shop.calls[0] == "/items"


@on_both
def test_a_second_sync_asks_only_for_what_changed(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, *ALL)
    rig.shop.calls.clear()
    rig.shop.put("r3", "Renamed")
    drive(rig, *ALL)
    assert rig.shop.calls == ["/items", "/contacts"]
    assert rig.visible("customers")["r3"]["customerName"] == "Renamed"
    assert len(rig.visible("customers")) == 7


@on_both
def test_a_sync_that_finds_nothing_new_makes_no_generation(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, *ALL)
    before = rig.rows("select data_type, generation from datasets order by 1")
    drive(rig, *ALL)
    assert rig.rows("select data_type, generation from datasets order by 1") == before


def test_a_record_of_another_type_is_left_to_that_type(rig: Rig) -> None:
    rig.shop.put("r1", "only a customer")
    drive(rig, *ALL)
    assert set(rig.visible("customers")) == {"r1"}
    assert rig.visible("suppliers") == {}


def test_a_type_synced_for_the_first_time_is_read_from_the_beginning(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, "customers")
    drive(rig, "suppliers")
    assert len(rig.visible("suppliers")) == 7


def test_a_record_that_cannot_be_mapped_is_counted_with_its_reason(rig: Rig) -> None:
    fill(rig, 2)
    rig.shop.put("bad", "unmappable")
    drive(rig, *ALL)
    assert set(rig.visible("customers")) == {"r0", "r1"}
    found = rig.rows("select data_type, source_id, reason from rejects")
    assert found == [("customers", "bad", "A customer cannot be called that")]


def test_a_record_that_comes_again_in_the_same_run_and_can_be_mapped_is_rejected_no_more(
    rig: Rig,
) -> None:
    rig.shop.put("bad", "unmappable")
    rig.shop.put("worse", "unmappable")
    fill(rig, 4)

    def put_right() -> None:
        rig.shop.put("bad", "Good")

    rig.shop.answers = [lambda: None, lambda: None, put_right]
    drive(rig, *ALL)
    assert rig.visible("customers")["bad"]["customerName"] == "Good"
    assert rig.rows("select source_id from rejects") == [("worse",)]


def test_a_killed_reader_is_followed_by_one_that_goes_on_with_the_next_page(rig: Rig) -> None:
    fill(rig, 10)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    read_pages(rig.pipeline, ref, "Items")

    def die() -> None:
        raise KeyboardInterrupt

    rig.shop.answers = [lambda: None, die]
    with pytest.raises(KeyboardInterrupt):
        read_pages(rig.pipeline, ref, "Contacts")
    undisturbed = 5  # 10 contacts, 3 a page, each page beginning with the last one's last
    read_pages(rig.pipeline, ref, "Contacts")
    publish_run(rig.pipeline, ref)
    assert len(rig.visible("customers")) == 10
    assert rig.shop.calls.count("/contacts") == undisturbed + 1


def test_a_reader_that_lost_its_claim_writes_nothing(rig: Rig) -> None:
    fill(rig, 4)
    old = take(rig, rig.request(*ALL))
    plan(rig.pipeline, old)
    rig.change("update runs set state = 'queued'")
    new = take(rig, old.run_id)
    assert read_pages(rig.pipeline, old, "Contacts").state == "lost"
    with pytest.raises(RunLost):
        publish_run(rig.pipeline, old)
    for name in plan(rig.pipeline, new):
        assert read_pages(rig.pipeline, new, name).state == "over"
    publish_run(rig.pipeline, new)
    assert len(rig.visible("customers")) == 4


def test_two_readers_of_one_page_commit_it_once(rig: Rig) -> None:
    fill(rig, 4)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    read_pages(rig.pipeline, ref, "Items")
    # While the first reader waits for its page, a second one (a duplicate message) reads it all.
    other: list[Step] = []
    rig.shop.answers = [lambda: other.append(read_pages(rig.pipeline, ref, "Contacts"))]
    assert read_pages(rig.pipeline, ref, "Contacts").state == "lost"
    assert [step.state for step in other] == ["over"]
    publish_run(rig.pipeline, ref)
    assert len(rig.visible("customers")) == 4


def test_what_an_abandoned_run_left_is_cleared_before_the_next_writes(rig: Rig) -> None:
    fill(rig, 7)
    ref = take(rig, rig.request(*ALL))
    for name in plan(rig.pipeline, ref):
        read_pages(rig.pipeline, ref, name)
    rig.change("update pulls set active = false, status = 'Cancelled'")
    rig.change("update runs set state = 'finished'")
    rig.shop.contacts = {}
    rig.shop.put("only", "Only one")
    drive(rig, *ALL)
    assert set(rig.visible("customers")) == {"only"}


def test_a_second_request_for_a_busy_type_is_refused_by_name(rig: Rig) -> None:
    rig.request("customers")
    with pytest.raises(Conflict, match="Cannot queue customers sync for co-1 as previous sync"):
        rig.request("customers")


def test_a_wait_that_the_provider_asks_for_becomes_the_runs_wait(rig: Rig) -> None:
    fill(rig, 4)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [httpx.Response(429, headers={"Retry-After": "90"})]
    step = read_pages(rig.pipeline, ref, "Items")
    assert step.state == "wait"
    assert step.until == (rig.clock.now() + timedelta(seconds=90)).isoformat()
    described = rig.rows("select distinct status_description from pulls")
    assert described == [("Paused until 2030-01-01T12:01:31.000Z: The provider asked to wait",)]
    assert rig.statuses()["items"] == "Fetching"


def test_a_run_that_waited_has_a_whole_lease_to_get_its_turn(rig: Rig) -> None:
    fill(rig, 4)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [httpx.Response(429, headers={"Retry-After": "90"})]
    read_pages(rig.pipeline, ref, "Items")
    patience = rig.rows("select lease_until - next_attempt_at from runs")
    assert patience == [(LEASE // timedelta(microseconds=1),)]


def test_a_list_that_looks_in_a_later_one_is_refused(rig: Rig) -> None:
    source = rig.pipeline.source
    with pytest.raises(ValueError, match="must come after"):
        replace(source, resources=source.resources[::-1])


def test_a_short_wait_is_sat_out(rig: Rig) -> None:
    fill(rig, 1)
    rig.shop.answers = [httpx.Response(429, headers={"Retry-After": "7"})]
    drive(rig, *ALL)
    assert rig.clock.sleeps == [7.0]
    assert rig.statuses() == dict.fromkeys(ALL, "Complete")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(503, text="<html>Maintenance</html>"),
        httpx.Response(200, text="<html>Log in</html>"),
        httpx.Response(200, text='{"rows": [{"id": "r1", "tit'),
    ],
    ids=["500", "503", "html", "half a JSON"],
)
def test_a_provider_in_trouble_is_asked_again_and_then_waited_for(
    rig: Rig, answer: httpx.Response
) -> None:
    fill(rig, 1)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [answer] * 3
    assert read_pages(rig.pipeline, ref, "Items").state == "wait"
    assert rig.shop.calls == ["/items"] * 3
    assert read_pages(rig.pipeline, ref, "Items").state == "over"


def test_a_provider_that_stays_in_trouble_is_given_up_on_by_name(rig: Rig) -> None:
    fill(rig, 3)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [httpx.Response(500)] * 30
    states = [read_pages(rig.pipeline, ref, "Items").state for _ in range(7)]
    assert states == ["wait"] * 6 + ["over"]
    assert rig.statuses()["items"] == "FetchError"


def waits_until_over(rig: Rig) -> list[float]:
    """Let the clock run on to the end of each wait; the waits in seconds."""
    ref = take(rig, rig.request("items"))
    plan(rig.pipeline, ref)
    waits = []
    while (step := read_pages(rig.pipeline, ref, "Items")).state == "wait" and step.until:
        wait = datetime.fromisoformat(step.until) - rig.clock.now()
        waits.append(wait.total_seconds())
        rig.clock.advance(waits[-1])
    return waits


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (httpx.Response(503, headers={"Retry-After": "0"}), [30, 60, 120, 240, 480, 960]),
        (httpx.Response(503, headers={"Retry-After": "100"}), [100, 100, 120, 240, 480, 960]),
        (httpx.Response(429, headers={"Retry-After": "-1"}), [30, 60, 120, 240, 480, 960]),
        (httpx.Response(429), [30, 60, 120, 240, 480, 960]),
    ],
    ids=["in trouble, come at once", "in trouble, come soon", "too many, come before", "too many"],
)
def test_trouble_that_lasts_is_waited_for_ever_longer_whatever_it_asks_for(
    rig: Rig, answer: httpx.Response, waits: list[float]
) -> None:
    rig.shop.answers = [answer] * 30
    assert waits_until_over(rig) == waits
    assert rig.statuses()["items"] == "FetchError"


def test_a_limit_that_says_when_it_ends_is_waited_for_however_often(rig: Rig) -> None:
    rig.shop.answers = [httpx.Response(429, headers={"Retry-After": "3600"})] * 30
    assert waits_until_over(rig) == [3600] * 30
    assert rig.shop.calls == ["/items"] * 31


def test_without_access_to_one_list_the_others_go_on(rig: Rig) -> None:
    fill(rig, 3)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    read_pages(rig.pipeline, ref, "Items")
    rig.shop.answers = [httpx.Response(403)]
    assert read_pages(rig.pipeline, ref, "Contacts").state == "over"
    publish_run(rig.pipeline, ref)
    assert rig.statuses() == {
        "items": "Complete",
        "customers": "PermissionsError",
        "suppliers": "PermissionsError",
    }


def grant(rig: Rig, scopes: str) -> None:
    with rig.db.write() as tx:
        tx.execute(
            insert(grants).values(
                company_id=COMPANY,
                connection_id=CONNECTION,
                platform="xero",
                state="active",
                version=1,
                fence=0,
                sealed=b"",
                scopes=scopes,
                expires_at=rig.clock.now(),
                refreshed_at=rig.clock.now(),
            )
        )


@pytest.mark.parametrize(
    ("scopes", "status"),
    [("items.read", "PermissionsError"), ("items.read contacts.read", "Complete")],
)
def test_what_was_not_granted_is_not_asked_for_and_the_rest_goes_on(
    rig: Rig, scopes: str, status: str
) -> None:
    fill(rig, 3)
    grant(rig, scopes)
    source = rig.pipeline.source
    items, contacts = source.resources
    needing = replace(contacts, scopes=frozenset({"contacts.read"}))
    pipeline = replace(rig.pipeline, source=replace(source, resources=(items, needing)))
    ref = take(rig, rig.request(*ALL))
    for name in plan(pipeline, ref):
        read_pages(pipeline, ref, name)
    publish_run(pipeline, ref)
    assert rig.statuses() == {"items": "Complete", "customers": status, "suppliers": status}
    if status != "Complete":
        found = rig.rows("select error_message from pulls where data_type = 'customers'")
        assert "did not grant what Contacts take (contacts.read)" in found[0][0]


@pytest.mark.parametrize(
    ("scopes", "names"),
    [("contacts.read", {None}), ("contacts.read items.read", {"Widget", None})],
)
def test_a_lookup_that_was_not_granted_is_gone_without(
    rig: Rig, scopes: str, names: set[str | None]
) -> None:
    fill(rig, 3)
    grant(rig, scopes)
    source = rig.pipeline.source
    items, contacts = source.resources
    needing = replace(items, scopes=frozenset({"items.read"}))
    pipeline = replace(rig.pipeline, source=replace(source, resources=(needing, contacts)))
    ref = take(rig, rig.request("customers"))
    for name in plan(pipeline, ref):
        read_pages(pipeline, ref, name)
    publish_run(pipeline, ref)
    assert rig.statuses()["customers"] == "Complete"
    assert {each.get("contactName") for each in rig.visible("customers").values()} == names


def test_a_type_whose_lookups_are_missing_says_so(rig: Rig) -> None:
    fill(rig, 3)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [httpx.Response(403)]
    read_pages(rig.pipeline, ref, "Items")
    read_pages(rig.pipeline, ref, "Contacts")
    assert rig.statuses()["customers"] == "PrerequisiteNotMet"


def test_a_request_the_provider_refuses_is_not_repeated(rig: Rig) -> None:
    fill(rig, 3)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [httpx.Response(400)]
    read_pages(rig.pipeline, ref, "Items")
    assert rig.shop.calls == ["/items"]
    assert rig.statuses()["items"] == "FetchError"


def test_a_refused_grant_ends_the_run_and_deauthorises_the_connection(rig: Rig) -> None:
    fill(rig, 3)
    rig.tokens.gone = True
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [httpx.Response(401)]
    assert read_pages(rig.pipeline, ref, "Items").state == "lost"
    assert rig.statuses() == dict.fromkeys(ALL, "AuthError")
    assert rig.connection().status == "Deauthorized"
    assert rig.rows("select state from runs") == [("finished",)]


def test_a_connection_unlinked_while_it_syncs_gets_no_more_data(rig: Rig) -> None:
    fill(rig, 3)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [lambda: rig.set_connection(status="Unlinked", epoch=2)]
    assert read_pages(rig.pipeline, ref, "Items").state == "lost"
    assert rig.rows("select count(*) from records_items") == [(0,)]


def test_a_company_deleted_while_it_syncs_leaves_no_page_behind(rig: Rig) -> None:
    fill(rig, 3)
    ref = take(rig, rig.request(*ALL))
    plan(rig.pipeline, ref)
    rig.shop.answers = [lambda: delete(rig)]
    assert read_pages(rig.pipeline, ref, "Items").state == "lost"
    purge(rig)
    assert list(rig.blobs.list("raw/")) == []


def test_an_item_absent_from_two_whole_lists_is_deleted_and_not_before(rig: Rig) -> None:
    fill(rig, 1)
    drive(rig, "items")
    del rig.shop.items["i2"]
    drive(rig, "items")
    assert rig.visible("items")["i2"]["metadata"] == {"isDeleted": False}
    drive(rig, "items")
    assert rig.visible("items")["i2"]["metadata"] == {"isDeleted": True}
    assert rig.visible("items")["r1"]["metadata"] == {"isDeleted": False}


def test_an_empty_list_after_a_full_one_is_suspect_and_the_old_data_stays(rig: Rig) -> None:
    fill(rig, 1)
    drive(rig, "items")
    rig.shop.items = {}
    for _ in range(3):
        drive(rig, "items")
        assert rig.statuses()["items"] == "ValidationError"
    assert rig.visible("items")["i2"]["metadata"] == {"isDeleted": False}


def test_no_record_is_missed_that_is_edited_while_it_is_read(rig: Rig) -> None:
    fill(rig, 20)
    edits = iter(["r2", "r0", "r5", "r1", "r7", "r3"])

    def edit() -> None:
        if (name := next(edits, None)) is not None:
            rig.shop.put(name, f"Edited {name}")

    rig.shop.answers = [edit] * 20
    drive(rig, *ALL)
    seen = rig.visible("customers")
    assert {name: row["customerName"] for name, row in seen.items()} == {
        name: row["title"] for name, row in rig.shop.contacts.items()
    }


def test_the_end_of_a_first_sync_is_an_event_with_every_types_outcome(rig: Rig) -> None:
    fill(rig, 1)
    drive(rig, "items")
    [(kind, payload)] = rig.rows("select event_type, payload from events")
    assert kind == "read.completed"
    assert '"dataType":"items","recordsModified":true,"status":"Complete"' in payload


def test_every_page_is_kept_with_its_manifest(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, *ALL)
    manifest = {row.path for row in rig.rows("select path from raw_pages")}
    assert manifest == set(rig.blobs.list(f"raw/{COMPANY}/{CONNECTION}/"))
    assert len(manifest) == len(rig.shop.calls)


def test_a_deleted_company_is_purged_to_the_last_row_and_page(rig: Rig) -> None:
    fill(rig, 7)
    drive(rig, *ALL)
    rig.set_connection(deleted_at=rig.clock.now(), epoch=2)
    until = rig.clock.now() + timedelta(minutes=15)
    rig.change(
        "insert into purges values (:company, '', 0, 0, :until)",
        company=COMPANY,
        until=int(until.timestamp() * 1e6),
    )
    purge_deleted(rig.db, rig.blobs, Turn(rig.clock))
    assert list(rig.blobs.list("")) == []
    rig.clock.advance(16 * 60)
    assert purge_deleted(rig.db, rig.blobs, Turn(rig.clock)) == 1
    tables = inspect(rig.db.engine).get_table_names()
    left = {name: rig.rows(f"select count(*) from {name}")[0][0] for name in tables}  # noqa: S608
    assert {name for name, count in left.items() if count} == {"alembic_version"}
