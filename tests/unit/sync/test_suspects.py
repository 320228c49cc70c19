"""A suspect sync publishes nothing and says why; somebody may accept just that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from shared_code.connect.reading import find_connection
from shared_code.errors import Conflict
from shared_code.notify.work import begin_work
from shared_code.store.schema import companies
from shared_code.suspicion import Bounds
from shared_code.sync.accepting import accept, find_pull, find_suspect
from shared_code.sync.due import queue_due
from shared_code.sync.ending import give_up
from shared_code.sync.pipeline import Habits
from shared_code.sync.plan import plan
from shared_code.sync.publish import publish_run
from shared_code.sync.runs import LEASE, claim
from shared_code.sync.validation import (
    Acceptance,
    ValidationResult,
    show_acceptance,
    validation_result,
)
from shared_code.turn import Turn
from tests.support.feeds import CONTACTS, GONE, ITEMS, drive, gone, listed, with_resources
from tests.support.rigs import on_both, rig
from tests.support.shop import COMPANY, Rig
from tests.unit.sync.test_engine import set_schedule

__all__ = ["rig"]

MANY = 40


def latest(rig: Rig, data_type: str) -> Any:  # noqa: ANN401 - a row
    return rig.rows(
        f"select * from pulls where data_type = '{data_type}'"  # noqa: S608 - our own name
        " order by requested_at desc limit 1"
    )[0]


def fill_items(rig: Rig, count: int) -> None:
    rig.shop.items = {f"i{number:03d}": f"Item {number}" for number in range(count)}


def forget_items(rig: Rig, keep: int) -> None:
    """Sync until what the list no longer shows would be deleted."""
    fill_items(rig, keep)
    drive(rig, "items")
    drive(rig, "items")


def deleted(rig: Rig, data_type: str = "items") -> int:
    return sum(doc["metadata"]["isDeleted"] for doc in rig.visible(data_type).values())


def with_bounds(rig: Rig, **bounds: float) -> None:
    rig.pipeline = replace(rig.pipeline, habits=Habits(bounds=Bounds(**bounds)))  # type: ignore[arg-type]


def accepting(rig: Rig, pull_id: str, key_id: str = "key-1") -> Acceptance:
    """Do what the API does."""
    rig.clock.advance(1)
    with begin_work(rig.db, rig.queue, rig.clock) as work:
        pull = find_pull(work.tx, COMPANY, pull_id)
        company = work.tx.execute(select(companies)).one()
        connection = find_connection(work.tx, company, pull.connection_id, lock=True)
        row = accept(work, connection, find_suspect(work.tx, pull), key_id=key_id)
        return show_acceptance(row)


def find_run(rig: Rig, pull_id: str) -> str:
    with rig.db.read() as tx:
        return str(find_pull(tx, COMPANY, pull_id).run_id)


def carry_out(rig: Rig, acceptance: Acceptance) -> None:
    """Drive the run that an acceptance ordered."""
    run_id = find_run(rig, acceptance.published_by)
    ref = claim(rig.db, COMPANY, run_id, until=rig.clock.now() + LEASE)
    assert ref is not None
    assert plan(rig.pipeline, ref) == []
    publish_run(rig.pipeline, ref)


def validated(rig: Rig, pull_id: str) -> ValidationResult:
    with rig.db.read() as tx:
        return validation_result(tx, find_pull(tx, COMPANY, pull_id))


def kinds(rig: Rig, pull_id: str) -> list[str]:
    return [each.rule_id for each in validated(rig, pull_id).errors]


def rejected(rig: Rig, pull_id: str) -> list[str]:
    return [each.item_id for each in validated(rig, pull_id).warnings]


@on_both
def test_deletions_beyond_the_bound_are_held_back_and_the_old_data_stays(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    before = rig.visible("items")
    forget_items(rig, 10)
    pull = latest(rig, "items")
    assert pull.status == "ValidationError"
    assert pull.error_message == (
        "30 of 40 records would be deleted, where 20 may. The last good data is kept"
    )
    assert kinds(rig, pull.id) == ["MassDeletion"]
    assert rig.visible("items") == before
    assert rig.rows("select generation, passes from datasets") == [(1, 2)]


def test_deletions_within_the_bound_are_published(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 20)
    assert deleted(rig) == 20
    assert rig.statuses() == {"items": "Complete"}


def test_deletions_by_the_providers_word_are_held_back_too(rig: Rig) -> None:
    with_resources(rig, ITEMS, CONTACTS, GONE)
    for number in range(MANY):
        rig.shop.put(f"r{number}", f"Contact {number}")
    rig.shop.paths["/gone"] = [gone([]), gone([{"id": f"r{n}"} for n in range(30)])]
    drive(rig, "customers")
    moved = rig.rows("select resource, cursor from cursors order by 1")
    drive(rig, "customers")
    assert rig.statuses() == {"customers": "ValidationError"}
    assert deleted(rig, "customers") == 0
    assert rig.rows("select resource, cursor from cursors order by 1") == moved


def test_the_platforms_bounds_hold_unless_the_connector_has_its_own(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    with_bounds(rig, deleted_records=5, deleted_share=0.1)
    forget_items(rig, 34)
    assert rig.statuses() == {"items": "ValidationError"}
    source = replace(rig.pipeline.source, bounds=Bounds(deleted_records=6))
    rig.pipeline = replace(rig.pipeline, source=source)
    drive(rig, "items")
    assert rig.statuses() == {"items": "Complete"}


def test_a_list_that_counts_more_than_it_lists_is_held_back(rig: Rig) -> None:
    rows = [{"id": f"i{n}", "title": f"Item {n}"} for n in range(9)]
    rig.shop.paths["/items"] = [httpx.Response(200, json={"rows": rows, "total": 10})]
    drive(rig, "items")
    pull = latest(rig, "items")
    assert (pull.status, kinds(rig, pull.id)) == ("ValidationError", ["CountMismatch"])
    assert rig.visible("items") == {}
    assert rig.rows("select count(*) from cursors") == [(0,)]


def test_pages_that_lack_what_the_first_one_counted_are_held_back(rig: Rig) -> None:
    def page(*numbers: int, total: int) -> httpx.Response:
        rows = [
            {"id": f"r{n}", "title": f"C {n}", "modified": f"2029-01-01T00:00:{n:02d}+00:00"}
            for n in numbers
        ]
        return httpx.Response(200, json={"rows": rows, "total": total})

    rig.shop.paths["/contacts"] = [page(0, 1, 2, total=7), page(2, 3, total=2)]
    drive(rig, "customers")
    assert kinds(rig, latest(rig, "customers").id) == ["CountMismatch"]
    rig.shop.paths["/contacts"] = [page(0, 1, 2, total=4), page(2, 3, total=2)]
    drive(rig, "customers")
    assert rig.statuses() == {"customers": "Complete"}


def test_a_list_that_ends_at_a_known_cut_is_held_back(rig: Rig) -> None:
    with_resources(rig, replace(ITEMS, cuts=(5,)), CONTACTS)
    fill_items(rig, 5)
    drive(rig, "items", "customers")
    assert rig.statuses() == {"items": "ValidationError", "customers": "Complete"}
    fill_items(rig, 6)
    drive(rig, "items")
    assert len(rig.visible("items")) == 6


def test_many_records_that_cannot_be_mapped_are_held_back_with_their_reasons(rig: Rig) -> None:
    for number in range(MANY):
        rig.shop.put(f"r{number:02d}", "unmappable" if number >= 15 else f"Contact {number}")
    drive(rig, "customers", "suppliers")
    assert rig.statuses() == {"customers": "ValidationError", "suppliers": "Complete"}
    result = validated(rig, latest(rig, "customers").id)
    assert [each.rule_id for each in result.errors] == ["ManyRejects"]
    assert result.errors[0].message == "25 of 40 records could not be mapped, where 20 may"
    assert [each.item_id for each in result.warnings] == [f"r{n}" for n in range(15, MANY)]
    assert {each.message for each in result.warnings} == {"A customer cannot be called that"}


@on_both
def test_a_list_that_begins_again_and_is_empty_is_held_back_for_the_types_it_fed(rig: Rig) -> None:
    rig.shop.put("r1", "Contact")
    drive(rig, "customers")
    # A second type makes the whole list be read again.
    rig.shop.contacts = {}
    drive(rig, "customers", "suppliers")
    assert rig.statuses() == {"customers": "ValidationError", "suppliers": "Complete"}
    drive(rig, "suppliers")
    assert rig.statuses()["suppliers"] == "Complete"


def test_a_list_that_never_had_records_of_a_type_may_stay_empty(rig: Rig) -> None:
    beside = replace(ITEMS, name="OldItems", path="/old")
    with_resources(rig, ITEMS, beside, CONTACTS)
    fill_items(rig, 2)
    rig.shop.paths["/old"] = [listed()]
    drive(rig, "items")
    drive(rig, "items")
    assert rig.statuses() == {"items": "Complete"}


@on_both
def test_what_a_suspect_sync_staged_is_cleared_by_the_next(rig: Rig) -> None:
    with_resources(rig, replace(ITEMS, cuts=(5,)), CONTACTS)
    fill_items(rig, 5)
    drive(rig, "items")
    rig.shop.items = {"only": "Only one"}
    drive(rig, "items")
    assert set(rig.visible("items")) == {"only"}
    assert rig.rows("select count(*) from records_items") == [(1,)]


@on_both
def test_accepting_publishes_what_was_staged_and_asks_the_provider_nothing(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    rig.shop.calls.clear()
    suspect = latest(rig, "items")
    acceptance = accepting(rig, suspect.id)
    carry_out(rig, acceptance)
    assert rig.shop.calls == []
    assert deleted(rig) == 30
    assert rig.statuses() == {"items": "Complete"}
    assert latest(rig, "items").id == acceptance.published_by
    assert (acceptance.dataset_id, acceptance.accepted_by) == (suspect.id, "key-1")
    assert [each.kind for each in acceptance.findings] == ["MassDeletion"]
    assert rig.rows("select accepted_by, accepted_at from suspicions")[0].accepted_by == "key-1"


def test_accepting_moves_the_cursors_to_where_the_suspect_sync_came(rig: Rig) -> None:
    with_resources(rig, ITEMS, replace(CONTACTS, cuts=(4,)))
    for number in range(4):
        rig.shop.put(f"r{number}", f"Contact {number}")
    drive(rig, "customers", "suppliers")
    assert rig.rows("select count(*) from cursors") == [(0,)]
    carry_out(rig, accepting(rig, latest(rig, "customers").id))
    assert rig.rows("select resource, data_type from cursors") == [("Contacts", "customers")]
    assert len(rig.visible("customers")) == 4
    assert rig.visible("suppliers") == {}
    rig.shop.put("r9", "New")
    drive(rig, "customers")
    assert rig.shop.asked[-1].params["page"] == "1"
    assert len(rig.visible("customers")) == 5


def test_an_acceptance_lets_nothing_pass_but_what_was_seen(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    acceptance = accepting(rig, latest(rig, "items").id)
    # By a fault of ours more is staged than anybody saw.
    rig.change("update records_items set gen_to = 2 where source_id = 'i001'")
    carry_out(rig, acceptance)
    pull = latest(rig, "items")
    assert (pull.status, deleted(rig)) == ("ValidationError", 0)
    assert pull.error_message.startswith("31 of 40 records would be deleted")


def test_what_was_accepted_stays_accepted_whatever_bound_is_set_meanwhile(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    acceptance = accepting(rig, latest(rig, "items").id)
    with_bounds(rig, deleted_records=21)
    carry_out(rig, acceptance)
    assert latest(rig, "items").status == "Complete"


def test_a_later_sync_is_not_covered_by_what_was_accepted_before(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    carry_out(rig, accepting(rig, latest(rig, "items").id))
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    assert rig.statuses() == {"items": "ValidationError"}
    assert deleted(rig) == 0


def test_a_sync_that_was_followed_by_another_cannot_be_accepted(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    suspect = latest(rig, "items")
    rig.request("items")
    with pytest.raises(Conflict, match="was asked for again since, by sync"):
        accepting(rig, suspect.id)


def test_what_was_not_suspect_cannot_be_accepted(rig: Rig) -> None:
    fill_items(rig, 1)
    drive(rig, "items")
    with pytest.raises(Conflict, match="is Complete: only one that was suspect"):
        accepting(rig, latest(rig, "items").id)


def test_nothing_is_published_on_a_connection_that_is_no_longer_linked(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    rig.set_connection(status="Deauthorized")
    with pytest.raises(Conflict, match="Only Linked connections"):
        accepting(rig, latest(rig, "items").id)


@on_both
def test_accepting_twice_is_accepting_once(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    suspect = latest(rig, "items")
    first = accepting(rig, suspect.id)
    assert accepting(rig, suspect.id, "another key") == first
    carry_out(rig, first)
    assert accepting(rig, suspect.id) == first


def test_an_acceptance_whose_run_broke_off_can_be_given_again(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    suspect = latest(rig, "items")
    broken = accepting(rig, suspect.id)
    ref = claim(rig.db, COMPANY, latest(rig, "items").run_id, until=rig.clock.now() + LEASE)
    assert ref is not None
    give_up(rig.pipeline, ref)
    assert rig.statuses() == {"items": "InternalError"}
    again = accepting(rig, suspect.id, "key-2")
    assert again.published_by != broken.published_by
    carry_out(rig, again)
    assert deleted(rig) == 30
    assert accepting(rig, suspect.id, "key-3") == again


def test_an_acceptance_that_was_suspect_itself_is_not_given_again(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    suspect = latest(rig, "items")
    acceptance = accepting(rig, suspect.id)
    rig.change("update records_items set gen_to = 2 where source_id = 'i001'")
    carry_out(rig, acceptance)
    assert accepting(rig, suspect.id) == acceptance


@on_both
def test_what_was_accepted_still_says_which_records_were_left_out(rig: Rig) -> None:
    for number in range(MANY):
        rig.shop.put(f"r{number:02d}", "unmappable" if number >= 15 else f"Contact {number}")
    drive(rig, "customers")
    suspect = latest(rig, "customers")
    acceptance = accepting(rig, suspect.id)
    carry_out(rig, acceptance)
    assert rig.statuses() == {"customers": "Complete"}
    assert rejected(rig, acceptance.published_by) == rejected(rig, suspect.id) != []


def test_an_emptied_list_is_deleted_by_two_acceptances_and_not_by_itself(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    rig.shop.items = {}
    for found in (["NothingListed"], ["NothingListed", "MassDeletion"]):
        for _ in range(3):
            drive(rig, "items")
            assert kinds(rig, latest(rig, "items").id) == found
        assert deleted(rig) == 0
        carry_out(rig, accepting(rig, latest(rig, "items").id))
    assert deleted(rig) == MANY
    drive(rig, "items")
    assert rig.statuses() == {"items": "Complete"}


def hours_to_next(rig: Rig) -> float:
    [(due,)] = rig.rows("select next_sync_at from datasets where data_type = 'items'")
    return float(due / 1e6 - rig.clock.now().timestamp()) / 3600


@on_both
def test_what_stays_suspect_is_asked_for_ever_less_often(rig: Rig) -> None:
    fill_items(rig, 2)
    set_schedule(rig, "items", 1)
    drive(rig, "items")
    rig.shop.items = {}
    waits = []
    for _ in range(10):
        drive(rig, "items")
        waits.append(hours_to_next(rig))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168]
    fill_items(rig, 2)
    drive(rig, "items")
    assert hours_to_next(rig) == 1


def test_a_type_that_is_due_does_not_wait_for_one_that_is_suspect(rig: Rig) -> None:
    fill_items(rig, 2)
    rig.shop.put("r1", "Contact")
    set_schedule(rig, "items", 1)
    set_schedule(rig, "customers", 1)
    drive(rig, "items", "customers")
    rig.shop.items = {}
    drive(rig, "items", "customers")
    drive(rig, "items", "customers")
    rig.clock.advance(3601)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 1
    assert rig.statuses()["customers"] == "Queued"
    assert rig.statuses()["items"] == "ValidationError"


def test_a_schedule_longer_than_a_week_stays_as_it_is(rig: Rig) -> None:
    fill_items(rig, 2)
    set_schedule(rig, "items", 720)
    drive(rig, "items")
    rig.shop.items = {}
    drive(rig, "items")
    drive(rig, "items")
    assert hours_to_next(rig) == 720


def test_a_run_that_accepts_and_dies_is_taken_up_where_it_was(rig: Rig) -> None:
    fill_items(rig, MANY)
    drive(rig, "items")
    forget_items(rig, 10)
    acceptance = accepting(rig, latest(rig, "items").id)
    run_id = latest(rig, "items").run_id
    first = claim(rig.db, COMPANY, run_id, until=rig.clock.now() + LEASE)
    assert first is not None
    plan(rig.pipeline, first)
    rig.change("update runs set state = 'queued' where id = :run", run=run_id)
    carry_out(rig, acceptance)
    assert deleted(rig) == 30
