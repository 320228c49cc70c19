"""Of the pages that speak of a record the latest counts, whatever the old mapping made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from shared_code.errors import Reject
from shared_code.fetch.paging import Key
from shared_code.model import Shape
from shared_code.model.accounting.supplier import Supplier
from shared_code.remap.report import RemappedType
from shared_code.spec import Feed, Page
from tests.support.feeds import (
    CONTACTS,
    FEED,
    GONE,
    ITEMS,
    drive,
    feed,
    gone,
    parse_feed,
    with_resources,
)
from tests.support.remapping import (
    NEW,
    PowerCut,
    carry_out,
    customer,
    dying_at,
    order,
    remap,
    report,
    shout,
    supplier,
    take,
    upgrade,
)
from tests.support.shop import Rig
from tests.unit.remap.test_remap import counts, names, of
from tests.unit.remap.test_retention import sweep
from tests.unit.sync.test_suspects import accepting, latest, rejected

Tell = Callable[..., None]

MINE = "only a customer"
"""So the first mapping sees no supplier in it."""


def choosy(row: Mapping[str, Any], lookups: object) -> Supplier | None:
    """A second mapping that cannot read all, and has no use for some."""
    if row["title"].endswith("torn"):
        raise Reject("No supplier is torn")
    return None if row["title"].endswith("left") else supplier(row, lookups)


CHOOSY = (Feed("customers", customer), Feed("suppliers", choosy))


def tell(rig: Rig, *titles: str) -> None:
    """Sync once for each title that a contact has."""
    for title in titles:
        rig.shop.put("own", title)
        drive(rig, "suppliers")


def tell_at_once(rig: Rig, *titles: str) -> None:
    """Have a first pass with a page for each title that a contact has."""
    with_resources(rig, ITEMS, FEED)
    rows = [{"id": "own", "title": each, "modified": "2029-01-01T00:00:00Z"} for each in titles]
    bodies = [
        {"rows": [row], "removed": [], "next": f"t{number}", "more": number < len(rows)}
        for number, row in enumerate(rows, 1)
    ]
    rig.shop.paths["/feed"] = [httpx.Response(200, json=body) for body in bodies]
    drive(rig, "suppliers")


either_way = pytest.mark.parametrize("tell", [tell, tell_at_once])


def foretold(rig: Rig, new: tuple[Feed, ...] = CHOOSY) -> RemappedType:
    """Upgrade, and map the suppliers again as a dry run foretells."""
    upgrade(rig, new)
    dry = of(remap(rig, "suppliers", dry_run=True), "suppliers")
    real = of(remap(rig, "suppliers"), "suppliers")
    assert counts(dry) == counts(real)
    assert dry.samples == real.samples
    return real


def left_out(rig: Rig) -> list[str]:
    return rejected(rig, latest(rig, "suppliers").id)


@either_way
def test_what_cannot_be_mapped_on_an_old_page_is_mapped_from_its_later_one(
    rig: Rig, tell: Tell
) -> None:
    tell(rig, f"{MINE}, torn", MINE)
    found = foretold(rig)
    assert [doc["supplierName"] for doc in rig.visible("suppliers").values()] == [MINE]
    assert counts(found) == (1, 0, 0, 0, 0, 0)
    assert left_out(rig) == []


def test_what_a_later_sync_spoilt_cannot_be_mapped(rig: Rig) -> None:
    tell(rig, MINE, f"{MINE}, torn")
    assert counts(foretold(rig)) == (0, 0, 0, 1, 0, 0)
    assert rig.visible("suppliers") == {}
    assert left_out(rig) == ["own"]


def test_what_a_later_page_of_a_pass_spoils_stays_as_the_first_brought_it(rig: Rig) -> None:
    tell_at_once(rig, MINE, f"{MINE}, torn")
    found = foretold(rig)
    assert [doc["supplierName"] for doc in rig.visible("suppliers").values()] == [MINE]
    assert counts(found) == (1, 0, 0, 0, 0, 0)
    assert left_out(rig) == []


@either_way
@pytest.mark.parametrize("first", [MINE, f"{MINE}, torn"])
def test_what_a_later_page_has_no_use_for_is_not_added(rig: Rig, tell: Tell, first: str) -> None:
    tell(rig, first, f"{MINE}, left")
    assert counts(foretold(rig)) == (0, 0, 0, 0, 0, 0)
    assert rig.visible("suppliers") == {}
    assert left_out(rig) == []


def test_what_was_deleted_unseen_by_the_old_mapping_is_not_added(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    rig.shop.paths["/gone"] = [gone([]), gone([{"id": "own"}])]
    tell(rig, MINE)
    del rig.shop.contacts["own"]
    drive(rig, "suppliers")
    found = foretold(rig, NEW)
    assert rig.visible("suppliers") == {}
    assert counts(found) == (0, 0, 0, 0, 0, 0)


def test_what_is_rejected_and_then_deleted_is_not_added_once_that_page_is_old(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    rig.shop.paths["/gone"] = [gone([]), gone([{"id": "bad"}]), gone([])]
    rig.shop.put("good", "Contact")
    rig.shop.put("bad", "unmappable")
    drive(rig, "customers")
    del rig.shop.contacts["bad"]
    drive(rig, "customers")
    sweep(rig, days=1_000)
    upgrade(rig)
    found = of(remap(rig, "customers"), "customers")
    assert names(rig) == {"good": "CONTACT"}
    assert counts(found) == (0, 1, 0, 0, 0, 0)


def test_what_changed_unseen_by_the_old_mapping_is_added_as_it_is_whenever_that_was(
    rig: Rig,
) -> None:
    rig.shop.put("other", "Contact")
    tell(rig, MINE, f"{MINE} now")
    sweep(rig, days=1_000)
    foretold(rig, NEW)
    assert rig.visible("suppliers")["own"]["supplierName"] == f"{MINE} now"


def test_what_whole_lists_show_no_more_is_not_added_from_an_old_one(rig: Rig) -> None:
    def picky(row: Mapping[str, Any], lookups: object) -> Shape | None:
        if row["title"] == "torn":
            raise Reject("No item is torn")
        return shout(row, lookups)

    with_resources(rig, replace(ITEMS, feeds=(Feed("items", picky),)), CONTACTS)
    rig.shop.items = {"i1": "Widget", "i2": "torn"}
    drive(rig, "items")
    del rig.shop.items["i2"]
    for _ in range(3):
        drive(rig, "items")
    with_resources(rig, replace(ITEMS, feeds=(Feed("items", shout),)), CONTACTS)
    found = of(remap(rig, "items"), "items")
    assert set(rig.visible("items")) == {"i1"}
    assert counts(found) == (0, 0, 1, 0, 0, 0)


@either_way
def test_a_record_that_the_old_mapping_lost_sight_of_is_mapped_from_its_latest_page(
    rig: Rig, tell: Tell
) -> None:
    tell(rig, "Contact", f"{MINE} now")
    assert [doc["supplierName"] for doc in rig.visible("suppliers").values()] == ["Contact"]
    found = foretold(rig, NEW)
    assert [doc["supplierName"] for doc in rig.visible("suppliers").values()] == [f"{MINE} now"]
    assert found.without_page == 0


def fickle(row: Mapping[str, Any], _: object) -> Supplier:
    """A second mapping that changes what it sees first, and calls the rest as it was."""
    title = "Changed" if row["title"] == "Contact" else "Contact"
    return supplier({**row, "title": title}, _)


@either_way
def test_a_later_page_changes_back_what_an_earlier_one_changed(rig: Rig, tell: Tell) -> None:
    tell(rig, "Contact", MINE)
    before = rig.visible("suppliers")
    upgrade(rig, (Feed("customers", customer), Feed("suppliers", fickle)))
    remap(rig, "suppliers")
    assert rig.visible("suppliers") == before


def parse_moments(body: bytes) -> Page:
    """Changes and deletions in one page, each with its moment."""
    removed = json.loads(body)["removed"]
    deleted = [Key(name, datetime.fromisoformat(at)) for name, at in removed.items()]
    return replace(parse_feed(body), deleted=deleted)


def test_a_page_that_names_a_record_s_end_and_its_return_is_mapped_again(rig: Rig) -> None:
    with_resources(rig, ITEMS, replace(FEED, parse=parse_moments))
    back = {"id": "a", "title": "Back", "modified": "2029-01-02T00:00:00Z"}
    ended = {"a": "2029-01-01T00:00:00+00:00"}
    page = {"rows": [back], "removed": ended, "next": "t1", "more": False}
    rig.shop.paths["/feed"] = [httpx.Response(200, json=page)]
    drive(rig, "customers")
    assert rig.visible("customers")["a"]["metadata"] == {"isDeleted": False}
    upgrade(rig)
    found = of(remap(rig, "customers"), "customers")
    assert names(rig) == {"a": "BACK"}
    assert counts(found) == (0, 1, 0, 0, 0, 0)


def test_all_pages_of_an_accepted_first_pass_are_mapped_again(rig: Rig) -> None:
    with_resources(rig, ITEMS, replace(FEED, cuts=(3,)))
    # The old mapping has no use for anything on the second page.
    rig.shop.paths["/feed"] = [feed("a", "b", after="t1", more=True), feed(MINE, after="t2")]
    drive(rig, "suppliers")
    assert rig.statuses() == {"suppliers": "ValidationError"}
    accepting(rig, latest(rig, "suppliers").id)
    carry_out(rig, take(rig, latest(rig, "suppliers").run_id))
    found = foretold(rig, NEW)
    assert set(rig.visible("suppliers")) == {"a", "b", MINE}
    assert counts(found) == (1, 0, 2, 0, 0, 0)


def test_a_dry_run_counts_what_was_published_when_it_began(rig: Rig) -> None:
    with_resources(rig, ITEMS, FEED)
    first = [feed("a", "b", after="t1", more=True), feed("c", after="t2")]
    rig.shop.paths["/feed"] = [*first, *first[:1], feed("c", "d", after="t2")]
    drive(rig, "customers")
    upgrade(rig)
    ref = take(rig, order(rig, "customers", dry_run=True))
    with pytest.raises(PowerCut), dying_at(rig, commit=4):
        carry_out(rig, ref)
    assert 0 < of(report(rig, ref.run_id), "customers").changed < 3
    # All is listed again, and more, by a sync beside it.
    rig.change("delete from cursors")
    drive(rig, "customers")
    carry_out(rig, ref)
    assert counts(of(report(rig, ref.run_id), "customers")) == (0, 3, 0, 0, 0, 0)
