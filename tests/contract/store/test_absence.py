"""A record is deleted by proof only: two complete passes in a row that did not list it."""

from __future__ import annotations

from datetime import timedelta

from shared_code.model.commerce.location import Location
from shared_code.store.database import Database
from shared_code.store.records import (
    Dataset,
    Staged,
    count_pass,
    latest,
    note_sightings,
    publish,
    read_state,
    record_in,
    staged,
    tombstone_absent,
    write,
)
from shared_code.store.records.absence import select_absent
from tests.support.records import NOON, ORIGIN, invoice, new_dataset, published


def run_pass(db: Database, dataset: Dataset, *ids: str, complete: bool = True) -> int:
    """Read a whole list of these records and publish it; gives how many were found deleted."""
    with db.write() as tx:
        state = read_state(tx, dataset)
        generation = state.generation + 1
        rows = [record_in(invoice(each)) for each in ids]
        write(tx, dataset, generation=generation, records=rows, origin=ORIGIN)
        note_sightings(tx, dataset, ids, pass_number=state.passes + 1)
        if not complete:
            return 0
        deleted = tombstone_absent(
            tx, dataset, generation=generation, before_pass=state.passes, origin=ORIGIN
        )
        number = count_pass(tx, dataset)
        publish(tx, dataset, pull_id="p", now=NOON + timedelta(minutes=number))
        return deleted


def deleted(db: Database, dataset: Dataset) -> set[str]:
    found = published(db, dataset)
    return {each["id"] for each in found if each["metadata"]["isDeleted"]}


def test_one_missed_pass_deletes_nothing_and_two_do(db: Database) -> None:
    dataset = new_dataset(db)
    run_pass(db, dataset, "a", "b", "c")
    assert run_pass(db, dataset, "a") == 0
    assert run_pass(db, dataset, "a", "b") == 1
    assert deleted(db, dataset) == {"c"}


def test_a_deleted_record_stays_in_the_list_and_its_modified_date_moves(db: Database) -> None:
    dataset = new_dataset(db)
    run_pass(db, dataset, "a", "b")
    before = {each["id"]: each for each in published(db, dataset)}
    run_pass(db, dataset, "a")
    run_pass(db, dataset, "a")
    after = {each["id"]: each for each in published(db, dataset)}
    assert after["a"] == before["a"]
    assert after["b"]["modifiedDate"] > before["b"]["modifiedDate"]
    assert after["b"] == before["b"] | {
        "modifiedDate": after["b"]["modifiedDate"],
        "metadata": {"isDeleted": True},
    }


def test_a_deleted_record_is_deleted_once(db: Database) -> None:
    dataset = new_dataset(db)
    for ids in (("a", "b"), ("a",), ("a",)):
        run_pass(db, dataset, *ids)
    stamps = [each["modifiedDate"] for each in published(db, dataset)]
    assert run_pass(db, dataset, "a") == 0
    assert [each["modifiedDate"] for each in published(db, dataset)] == stamps


def test_a_record_that_comes_back_is_no_longer_deleted(db: Database) -> None:
    dataset = new_dataset(db)
    for ids in (("a", "b"), ("a",), ("a",), ("a", "b")):
        run_pass(db, dataset, *ids)
    assert deleted(db, dataset) == set()


def test_a_pass_that_did_not_complete_counts_for_nothing(db: Database) -> None:
    dataset = new_dataset(db)
    run_pass(db, dataset, "a", "b")
    run_pass(db, dataset, "a")
    run_pass(db, dataset, "a", complete=False)
    assert deleted(db, dataset) == set()
    assert run_pass(db, dataset, "a", "b") == 0


def test_a_record_that_no_pass_has_listed_is_not_judged_absent(db: Database) -> None:
    dataset = new_dataset(db)
    with db.write() as tx:
        rows = [record_in(invoice("looked-up"))]
        write(tx, dataset, generation=1, records=rows, origin=ORIGIN)
        publish(tx, dataset, pull_id="p", now=NOON)
    for _ in range(3):
        run_pass(db, dataset, "a")
    assert deleted(db, dataset) == set()


def test_more_than_one_commit_holds_are_deleted_in_turns(db: Database) -> None:
    dataset = new_dataset(db)
    run_pass(db, dataset, *(f"{n}" for n in range(2_600)))
    run_pass(db, dataset, "0")
    assert run_pass(db, dataset, "0") == 2_500
    assert run_pass(db, dataset, "0") == 99


def test_what_a_sweep_missed_is_looked_up_record_by_record(db: Database) -> None:
    """Were all records of a list read for each of its ids, a sweep of a long one took hours."""
    dataset = new_dataset(db)
    run_pass(db, dataset, *(f"{n}" for n in range(10)))
    explain = "EXPLAIN QUERY PLAN" if db.is_sqlite else "EXPLAIN"
    with db.read() as tx:
        sql = select_absent(tx, dataset, 1).compile(tx, compile_kwargs={"literal_binds": True})
        plan = [str(row[-1]) for row in tx.exec_driver_sql(f"{explain} {sql}")]
    assert any("owner" in step and "source_id=" in step.replace(" ", "") for step in plan)


def test_what_keeps_no_deleted_records_ends_and_can_come_back(db: Database) -> None:
    dataset = new_dataset(db, "commerce-locations")

    def passed(*ids: str) -> Staged:
        with db.write() as tx:
            state = read_state(tx, dataset)
            generation = state.generation + 1
            rows = [record_in(Location(id=each)) for each in ids]
            write(tx, dataset, generation=generation, records=rows, origin=ORIGIN)
            note_sightings(tx, dataset, ids, pass_number=state.passes + 1)
            tombstone_absent(
                tx, dataset, generation=generation, before_pass=state.passes, origin=ORIGIN
            )
            found = staged(tx, dataset)
            number = count_pass(tx, dataset)
            publish(tx, dataset, pull_id="p", now=NOON + timedelta(minutes=number))
        return found

    def seen() -> tuple[list[str], int]:
        with db.read() as tx:
            now = latest(tx, dataset)
        assert now is not None
        return [each["id"] for each in published(db, dataset)], now.count

    passed("a", "b")
    passed("a")
    assert seen() == (["a", "b"], 2)
    gone = passed("a")
    assert (gone.removed, gone.created, gone.deleted) == (1, 0, 0)
    assert seen() == (["a"], 1)
    assert passed("a", "b").created == 1
    assert seen() == (["a", "b"], 2)
