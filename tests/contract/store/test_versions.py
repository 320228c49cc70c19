"""What a run writes stays unseen until it is published, and then all of it is seen at once."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from shared_code.errors import Abort
from shared_code.model import decode
from shared_code.store.database import Database
from shared_code.store.records import (
    Dataset,
    Listing,
    Snapshot,
    get,
    latest,
    prepare,
    publish,
    read_page,
    read_state,
    record_in,
    staged,
    sweep,
    write,
)
from shared_code.store.records.publishing import Staged
from shared_code.store.records.versions import Written
from tests.support.records import NOON, ORIGIN, invoice, new_dataset, published, stage, sync


def totals(db: Database, dataset: Dataset) -> dict[str, str]:
    return {each["id"]: str(each["totalAmount"]) for each in published(db, dataset)}


def modified(db: Database, dataset: Dataset) -> dict[str, str]:
    return {each["id"]: each["modifiedDate"] for each in published(db, dataset)}


def test_what_a_run_writes_is_not_seen_before_it_is_published(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", "1.00")])
    stage(db, dataset, [invoice("a", "2.00"), invoice("b")])
    assert totals(db, dataset) == {"a": "1.00"}
    with db.read() as tx:
        snapshot = latest(tx, dataset)
        assert snapshot is not None
        assert snapshot.count == 1
        assert get(tx, snapshot, "b") is None
        found = get(tx, snapshot, "a")
    assert found is not None
    assert str(decode(found)["totalAmount"]) == "1.00"


def test_a_publish_shows_everything_that_was_written(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", "1.00"), invoice("b", "1.00")])
    result = sync(db, dataset, [invoice("b", "2.00"), invoice("c", "3.00")])
    assert totals(db, dataset) == {"a": "1.00", "b": "2.00", "c": "3.00"}
    assert (result.generation, result.count, result.modified) == (2, 3, True)


def test_a_sync_without_changes_moves_no_modified_date(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a"), invoice("b")], minutes=0)
    before = modified(db, dataset)
    result = sync(db, dataset, [invoice("a"), invoice("b")], minutes=5)
    assert not result.modified
    assert modified(db, dataset) == before


def test_a_changed_record_moves_its_own_modified_date_and_no_other(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a"), invoice("b")], minutes=0)
    sync(db, dataset, [invoice("a"), invoice("b", "7.00")], minutes=5)
    assert modified(db, dataset) == {
        "a": "2030-01-01T12:00:00.000000Z",
        "b": "2030-01-01T12:05:00.000000Z",
    }


def test_a_record_that_changes_and_changes_back_within_a_run_has_not_changed(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", "1.00")], minutes=0)
    before = modified(db, dataset)
    stage(db, dataset, [invoice("a", "2.00"), invoice("a", "1.00")], page=1)
    with db.write() as tx:
        assert staged(tx, dataset) == Staged(2, written=0, closed=0, deleted=0, removed=0)
        assert not publish(tx, dataset, pull_id="p", now=NOON).modified
    assert modified(db, dataset) == before


def test_the_last_of_several_sightings_in_one_run_wins(db: Database) -> None:
    dataset = new_dataset(db)
    result = sync(db, dataset, [invoice("a", "1.00"), invoice("a", "2.00"), invoice("b")])
    assert totals(db, dataset) == {"a": "2.00", "b": "120.00"}
    assert result.count == 2


def test_a_source_modified_date_alone_is_a_change(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", source_modified_date=NOON)])
    later = NOON.replace(hour=13)
    assert sync(db, dataset, [invoice("a", source_modified_date=later)], minutes=1).modified


def test_a_page_says_what_became_of_its_records(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a"), invoice("b")])
    rows = [record_in(each) for each in (invoice("a"), invoice("b", "2.00"), invoice("c"))]
    with db.write() as tx:
        written = write(tx, dataset, generation=2, records=rows, origin=ORIGIN)
        assert staged(tx, dataset).created == 1
    assert written == Written(created=1, changed=1, same=1)


def test_an_abandoned_run_leaves_nothing_behind(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", "1.00"), invoice("b", "1.00")])
    stage(db, dataset, [invoice("a", "9.00"), invoice("x", "9.00")])
    sync(db, dataset, [invoice("b", "2.00")], minutes=1)
    assert totals(db, dataset) == {"a": "1.00", "b": "2.00"}
    assert modified(db, dataset)["a"] == "2030-01-01T12:00:00.000000Z"


def test_an_abandoned_run_is_cleared_in_bounded_steps(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice(f"{n}", "1.00") for n in range(5)])
    stage(db, dataset, [invoice(f"{n}", "9.00") for n in range(7)])
    steps = 1
    while True:
        with db.write() as tx:
            if prepare(tx, dataset, limit=3):
                break
        steps += 1
    # Seven versions to delete and five to reopen, three at a time, and a look that finds no more.
    assert steps == 5
    with db.write() as tx:
        assert staged(tx, dataset).written == 0
    assert set(totals(db, dataset).values()) == {"1.00"}


def test_generations_are_stamped_in_order_though_the_clock_goes_back(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a")], minutes=10)
    sync(db, dataset, [invoice("b")], minutes=0)
    stamps = modified(db, dataset)
    assert stamps["b"] > stamps["a"]


def test_a_dataset_without_records_has_been_synced(db: Database) -> None:
    dataset = new_dataset(db)
    with db.read() as tx:
        assert latest(tx, dataset) is None
    sync(db, dataset, [])
    with db.read() as tx:
        assert latest(tx, dataset) == Snapshot(dataset, 0, 0)


def test_writing_to_a_dataset_that_nobody_requested_is_refused(db: Database) -> None:
    with db.write() as tx, pytest.raises(Abort):
        read_state(tx, Dataset("nobody", "nothing", "invoices", "xero"))


def test_datasets_do_not_see_each_other(db: Database) -> None:
    one = new_dataset(db)
    other = new_dataset(db, company_id=one.company_id)
    sync(db, one, [invoice("a", "1.00")])
    sync(db, other, [invoice("a", "2.00"), invoice("b")])
    assert totals(db, one) == {"a": "1.00"}
    assert totals(db, other) == {"a": "2.00", "b": "120.00"}


def test_an_older_generation_can_be_read_until_it_is_swept(db: Database) -> None:
    dataset = new_dataset(db)
    first = sync(db, dataset, [invoice("a", "1.00")], minutes=0)
    second = sync(db, dataset, [invoice("a", "2.00"), invoice("b")], minutes=10)
    sync(db, dataset, [invoice("a", "3.00")], minutes=20)

    def seen(generation: int, count: int) -> int:
        with db.read() as tx:
            return len(read_page(tx, Snapshot(dataset, generation, count), Listing()))

    assert (seen(first.generation, 1), seen(second.generation, 2)) == (1, 2)
    with db.write() as tx:
        while swept := sweep(tx, "invoices", before=NOON.replace(minute=15), limit=1):
            assert swept == 1
    # What was visible at the given moment still is; what had been superseded by then is gone.
    assert (seen(first.generation, 1), seen(second.generation, 2)) == (0, 2)
    assert totals(db, dataset) == {"a": "3.00", "b": "120.00"}


def test_a_rolled_back_publish_shows_nothing(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", "1.00")])
    stage(db, dataset, [invoice("a", "2.00"), invoice("b")])

    def fails_after_publishing() -> None:
        with db.write() as tx:
            publish(tx, dataset, pull_id="p", now=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_after_publishing()
    assert totals(db, dataset) == {"a": "1.00"}


def test_what_a_load_sets_for_its_commits_is_not_so_for_the_next(db: Database) -> None:
    """These are settings of the session: what is committed next must not inherit them."""

    def is_ordinary(tx: Connection) -> bool:
        if db.is_sqlite:
            return bool(tx.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2)
        set_here = "SELECT count(*) FROM pg_settings WHERE source = 'session' AND name LIKE %s"
        return bool(tx.exec_driver_sql(set_here, ("%flush_after",)).scalar_one() == 0)

    for flushed in (True, False, True):
        with db.write(flushed=flushed) as tx:
            assert is_ordinary(tx) == flushed


def test_postgresql_flushes_what_a_load_commits(db: Database) -> None:
    """Who commits next would otherwise have to wait for all of it."""
    if db.is_sqlite:
        pytest.skip("SQLite flushes a load with what comes later")
    lax = "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND source = %s"
    with db.write(flushed=False) as tx:
        assert tx.exec_driver_sql(lax, ("session",)).scalar_one() == 0
