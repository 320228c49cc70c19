"""A record is deleted by proof alone, whichever of five ways the provider has to give it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from shared_code.fetch.paging import (
    AfterId,
    Agreeing,
    Fields,
    ModifiedSince,
    Pages,
    Paging,
    SyncTokens,
)
from tests.support.feeds import (
    CAPTURE,
    CONTACTS,
    FEED,
    GONE,
    ITEMS,
    RESTLESS,
    SWEEP,
    WEEKLY,
    drive,
    feed,
    gone,
    linked,
    listed,
    with_forgetful_provider,
    with_resources,
)
from tests.support.rigs import on_both
from tests.support.shop import Rig


def fill(rig: Rig, contacts: int) -> None:
    rig.shop.items = {"i1": "Widget", "i2": "Gadget"}
    for number in range(contacts):
        rig.shop.put(f"r{number}", f"Contact {number}")


def titled(*names: str) -> httpx.Response:
    rows = [{"id": each, "title": each} for each in names]
    return httpx.Response(200, json={"rows": rows, "total": len(rows)})


def deleted(rig: Rig, data_type: str) -> set[str]:
    return {name for name, doc in rig.visible(data_type).items() if doc["metadata"]["isDeleted"]}


@on_both
def test_a_second_query_deletes_what_it_names_in_every_type_that_has_it(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 3)
    rig.shop.paths["/gone"] = [gone([])]
    drive(rig, "items", "customers", "suppliers")
    del rig.shop.contacts["r1"]
    rig.shop.paths["/gone"] = [gone([{"id": "r1"}, {"id": "never heard of"}])]
    drive(rig, "items", "customers", "suppliers")
    assert (deleted(rig, "customers"), deleted(rig, "suppliers")) == ({"r1"}, {"r1"})
    assert deleted(rig, "items") == set()
    assert set(rig.statuses().values()) == {"Complete"}
    assert len(rig.visible("customers")) == 3


def test_the_second_query_asks_from_the_beginning_of_the_last_sync(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 1)
    rig.shop.paths["/gone"] = [gone([])]
    began = rig.clock.now()
    drive(rig, "customers")
    drive(rig, "customers")
    first, second = [url.params for url in rig.shop.asked if url.path == "/gone"]
    assert "deleted_since" not in first
    assert second["deleted_since"] < began.isoformat()


def test_a_change_feed_deletes_what_went_away_since_the_first_sync_began(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, CAPTURE)
    fill(rig, 2)
    began = rig.clock.now()
    rig.shop.paths["/changes"] = [gone([]), gone([{"id": "r1"}])]
    drive(rig, "customers")
    drive(rig, "customers")
    assert deleted(rig, "customers") == {"r1"}
    asked = [url.params["changedSince"] for url in rig.shop.asked if url.path == "/changes"]
    assert len(asked) == 2
    assert all(since <= began.isoformat() for since in asked)


def test_a_deletion_alone_is_a_change_that_is_published_and_told(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 2)
    rig.shop.paths["/gone"] = [gone([]), gone([{"id": "r0"}])]
    drive(rig, "customers")
    before = rig.rows("select generation from datasets where data_type = 'customers'")[0][0]
    drive(rig, "customers")
    after = rig.rows("select generation from datasets where data_type = 'customers'")[0][0]
    assert after == before + 1
    modified = rig.rows("select records_modified from pulls order by requested_at desc limit 1")
    assert modified[0][0]


def test_a_record_that_changed_after_it_was_deleted_is_there_again_and_stays(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 2)
    rig.shop.paths["/gone"] = [
        gone(
            [
                {"id": "r0", "at": "2028-12-31T00:00:00+00:00"},
                {"id": "r1", "at": "2029-06-01T00:00:00+00:00"},
            ]
        )
    ]
    drive(rig, "customers")
    assert deleted(rig, "customers") == {"r1"}


def test_a_record_that_comes_back_is_no_longer_deleted(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 1)
    rig.shop.paths["/gone"] = [gone([{"id": "r0"}]), gone([])]
    drive(rig, "customers")
    assert deleted(rig, "customers") == {"r0"}
    rig.shop.put("r0", "Back again")
    drive(rig, "customers")
    assert deleted(rig, "customers") == set()


def test_a_type_whose_deletions_cannot_be_read_is_not_complete(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    fill(rig, 1)
    rig.shop.paths["/gone"] = [httpx.Response(403)]
    drive(rig, "customers")
    assert rig.statuses() == {"customers": "PermissionsError"}
    assert rig.visible("customers") == {}


def test_a_feed_brings_changes_and_deletions_and_its_token_is_kept(rig: Rig) -> None:
    with_resources(rig, ITEMS, FEED)
    rig.shop.paths["/feed"] = [
        feed("a", "b", after="t1", more=True),
        feed("c", after="t2"),
        feed("d", removed=["a"], after="t3"),
    ]
    drive(rig, "customers")
    assert set(rig.visible("customers")) == {"a", "b", "c"}
    drive(rig, "customers")
    assert deleted(rig, "customers") == {"a"}
    assert set(rig.visible("customers")) == {"a", "b", "c", "d"}
    asked = [url.params.get("cursor") for url in rig.shop.asked if url.path == "/feed"]
    assert asked == [None, "t1", "t2"]


def test_a_page_of_nothing_but_deletions_need_not_be_the_last(rig: Rig) -> None:
    with_resources(rig, ITEMS, FEED)
    rig.shop.paths["/feed"] = [
        feed("a", "b", "c", after="t1"),
        feed(removed=["a"], after="t2", more=True),
        feed("d", after="t3"),
    ]
    drive(rig, "customers")
    drive(rig, "customers")
    assert deleted(rig, "customers") == {"a"}


def test_a_token_that_expired_makes_the_pass_begin_again(rig: Rig) -> None:
    with_resources(rig, ITEMS, FEED)
    with_forgetful_provider(rig)
    rig.shop.paths["/feed"] = [
        feed("a", after="t1"),
        httpx.Response(410),
        feed("a", "b", after="t9"),
    ]
    drive(rig, "customers")
    drive(rig, "customers")
    asked = [url.params.get("cursor") for url in rig.shop.asked if url.path == "/feed"]
    assert asked == [None, "t1", None]
    assert set(rig.visible("customers")) == {"a", "b"}
    assert rig.statuses() == {"customers": "Complete"}


def test_a_provider_that_forgets_every_token_is_given_up(rig: Rig) -> None:
    with_resources(rig, ITEMS, FEED)
    with_forgetful_provider(rig)
    rig.shop.paths["/feed"] = [httpx.Response(410)]
    drive(rig, "customers")
    assert rig.shop.calls.count("/feed") == 4
    assert rig.statuses() == {"customers": "FetchError"}


@on_both
def test_an_id_that_two_sweeps_miss_is_deleted_and_not_before(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, SWEEP)
    fill(rig, 3)
    rig.shop.paths["/ids"] = [listed("r0", "r1", "r2"), listed("r0", "r2"), listed("r0", "r2")]
    drive(rig, "customers")
    drive(rig, "customers")
    assert deleted(rig, "customers") == set()
    drive(rig, "customers")
    assert deleted(rig, "customers") == {"r1"}


def test_a_record_that_came_and_went_between_two_sweeps_is_found_by_the_next_two(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, WEEKLY)
    fill(rig, 1)
    rig.shop.paths["/ids"] = [listed("r0")]
    drive(rig, "customers")
    rig.shop.put("brief", "Brief")
    drive(rig, "customers")
    del rig.shop.contacts["brief"]
    for _ in range(2):
        assert deleted(rig, "customers") == set()
        rig.clock.advance(8 * 86_400)
        drive(rig, "customers")
    assert deleted(rig, "customers") == {"brief"}


def test_a_sweep_is_made_no_more_often_than_it_says(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, WEEKLY)
    fill(rig, 1)
    rig.shop.paths["/ids"] = [listed("r0")]
    for _ in range(3):
        drive(rig, "customers")
    assert rig.shop.calls.count("/ids") == 1
    rig.clock.advance(timedelta(days=7).total_seconds())
    drive(rig, "customers")
    assert rig.shop.calls.count("/ids") == 2
    assert rig.statuses() == {"customers": "Complete"}


def test_what_only_the_rarer_of_two_sweeps_shows_is_not_deleted_between(rig: Rig) -> None:
    others = replace(WEEKLY, name="OtherIds", path="/others")
    with_resources(rig, ITEMS, CONTACTS, SWEEP, others)
    fill(rig, 3)
    rig.shop.paths["/ids"] = [listed("r0", "r1"), listed("r0")]
    rig.shop.paths["/others"] = [listed("r2")]
    for _ in range(4):
        drive(rig, "customers")
    assert deleted(rig, "customers") == set()
    for _ in range(2):
        rig.clock.advance(8 * 86_400)
        drive(rig, "customers")
    assert deleted(rig, "customers") == {"r1"}


def test_a_sweep_that_finds_nothing_at_all_is_suspect(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, SWEEP)
    fill(rig, 2)
    rig.shop.paths["/ids"] = [listed("r0", "r1"), listed()]
    for _ in range(4):
        drive(rig, "customers")
    assert rig.statuses() == {"customers": "ValidationError"}
    assert deleted(rig, "customers") == set()


def test_a_list_that_never_rests_is_published_but_deletes_nothing(rig: Rig) -> None:
    with_resources(rig, RESTLESS)
    fill(rig, 0)
    rig.shop.paths["/items"] = [titled(f"i{number}") for number in range(1, 9)]
    for _ in range(4):
        drive(rig, "items")
    assert set(rig.visible("items")) == {f"i{n}" for n in range(1, 9)}
    assert deleted(rig, "items") == set()
    assert rig.rows("select passes from datasets") == [(0,)]


def test_a_record_may_be_in_the_one_of_two_lists_that_did_not_rest(rig: Rig) -> None:
    with_resources(rig, RESTLESS, replace(ITEMS, name="Warehouse", path="/warehouse"))
    fill(rig, 0)
    calm, restless = [titled("i1")] * 4, [titled("i2"), titled("i3")]
    rig.shop.paths["/items"] = [*calm, *restless, titled("i1")]
    rig.shop.paths["/warehouse"] = [titled("w1", "w2"), titled("w2")]
    for _ in range(3):
        drive(rig, "items")
        assert deleted(rig, "items") == set()
    drive(rig, "items")
    assert deleted(rig, "items") >= {"w1"}


def test_what_deletes_is_declared_after_what_feeds(rig: Rig) -> None:
    with pytest.raises(ValueError, match="Contacts must come before"):
        with_resources(rig, ITEMS, GONE, CONTACTS)


@pytest.mark.parametrize(
    "paging",
    [
        Pages(Fields({}), 2),
        AfterId(Fields({}), 2, incremental=True),
        Agreeing(Pages(Fields({}), 2, incremental=True)),
        SyncTokens(Fields({}), 2),
        ModifiedSince({}, 2),
    ],
)
def test_a_pass_that_may_miss_a_record_proves_no_absence(rig: Rig, paging: Paging) -> None:
    with pytest.raises(ValueError, match="Items is not listed whole by"):
        with_resources(rig, replace(ITEMS, paging=paging))


def test_a_list_that_shows_only_some_of_a_type_is_not_listed_whole(rig: Rig) -> None:
    more = replace(CONTACTS, name="More", feeds=ITEMS.feeds)
    with pytest.raises(ValueError, match="items: all of Items, More must be listed whole, or none"):
        with_resources(rig, ITEMS, more)


def test_a_list_that_leads_in_a_circle_ends_in_an_error_that_says_so(rig: Rig) -> None:
    with_resources(rig, ITEMS, linked())
    rig.shop.paths["/linked"] = [
        feed("a", after="https://shop.example/linked?page=2"),
        feed("b", after="https://shop.example/linked?page=2"),
    ]
    drive(rig, "customers")
    assert rig.statuses() == {"customers": "FetchError"}
    found = rig.rows("select error_message from pulls")
    assert found == [("The provider's next page is the same page again",)]
    assert rig.visible("customers") == {}


def test_a_next_link_to_another_host_ends_the_type_and_is_not_followed(rig: Rig) -> None:
    with_resources(rig, ITEMS, linked())
    rig.shop.paths["/linked"] = [feed("a", after="https://evil.example/linked?page=2")]
    drive(rig, "customers")
    assert {url.host for url in rig.shop.asked} == {"shop.example"}
    found = rig.rows("select status, error_message from pulls")
    assert found == [("FetchError", "The provider gave a next link to another host")]


def test_nothing_modified_is_an_empty_page_where_that_was_asked(rig: Rig) -> None:
    fill(rig, 2)
    drive(rig, "customers")
    rig.shop.paths["/contacts"] = [httpx.Response(304)]
    drive(rig, "customers")
    assert rig.statuses() == {"customers": "Complete"}
    assert set(rig.visible("customers")) == {"r0", "r1"}
    rig.change("delete from cursors")
    drive(rig, "customers")
    assert rig.statuses() == {"customers": "FetchError"}


def test_no_content_is_an_empty_page_even_of_a_lookup(rig: Rig) -> None:
    fill(rig, 2)
    rig.shop.paths["/items"] = [httpx.Response(204)]
    drive(rig, "customers")
    assert set(rig.visible("customers")) == {"r0", "r1"}
