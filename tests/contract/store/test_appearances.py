"""Of each record it is known which raw page spoke of it last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from local.generator.ids import id_of
from shared_code.store.database import Database
from shared_code.store.records import (
    Dataset,
    delete_named,
    known_of,
    latest_pages,
    note_pages,
    note_sightings,
    publish,
    record_in,
    tombstone_absent,
    write,
)
from shared_code.store.records.purging import purge
from tests.contract.store.history import made
from tests.support.records import NOON, ORIGIN, invoice, new_dataset, sync

FIRST = ("run", "Invoices", 0)
LATER = replace(ORIGIN, run_id="later", sequence=3)
GONE = replace(ORIGIN, run_id="last", resource="Gone")


def known(db: Database, dataset: Dataset, *ids: str, generation: int = 1) -> dict[str, Any]:
    with db.read() as tx:
        found = known_of(tx, dataset, generation, ids)
    return {key: (each.written, each.noted) for key, each in found.items()}


def test_a_record_is_known_by_the_page_that_it_was_written_from(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a"), invoice("b")])
    assert known(db, dataset, "a", "x") == {"a": (FIRST, None)}
    with db.read() as tx:
        assert latest_pages(tx, dataset) == {FIRST}


def test_what_comes_again_unchanged_is_noted_beside_it(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a"), invoice("b")])
    with db.write() as tx:
        rows = [record_in(each) for each in (invoice("a"), invoice("b", "7.00"))]
        written = write(tx, dataset, generation=2, records=rows, origin=LATER)
        note_pages(tx, dataset, written.unchanged, LATER)
        publish(tx, dataset, pull_id="p", now=NOON)
    later = ("later", "Invoices", 3)
    assert known(db, dataset, "a", "b", generation=2) == {
        "a": (FIRST, later),
        "b": (later, None),
    }
    # As of the generation before, the other version was the one to see.
    assert known(db, dataset, "b") == {"b": (FIRST, None)}
    with db.read() as tx:
        assert latest_pages(tx, dataset) == {FIRST, later}


def test_a_version_about_to_be_superseded_still_needs_its_page(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a")])
    with db.write() as tx:
        rows = [record_in(invoice("a", "7.00"))]
        write(tx, dataset, generation=2, records=rows, origin=LATER)
    with db.read() as tx:
        assert latest_pages(tx, dataset) == {FIRST, ("later", "Invoices", 3)}


def test_a_sweep_of_ids_has_nothing_to_say_on_pages(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a")])
    with db.write() as tx:
        note_sightings(tx, dataset, ["a"], pass_number=1, origin=LATER)
        note_sightings(tx, dataset, ["a", "b"], pass_number=2)
    assert known(db, dataset, "a", "b") == {"a": (FIRST, ("later", "Invoices", 3))}


@pytest.mark.parametrize("by", ["name", "absence"])
def test_of_what_ends_without_a_trace_the_page_that_ended_it_is_noted(
    db: Database, by: str
) -> None:
    data_type = "banking-transactions"
    dataset, source_id = new_dataset(db, data_type), id_of(data_type, 0)
    sync(db, dataset, [made(data_type, 0, 0)])
    with db.write() as tx:
        note_sightings(tx, dataset, [source_id], pass_number=1, origin=LATER)
        if by == "name":
            moment = datetime(2030, 1, 2, tzinfo=UTC)
            named = {source_id: moment}
            delete_named(tx, dataset, generation=2, named=named, origin=GONE)
        else:
            tombstone_absent(tx, dataset, generation=2, before_pass=2, origin=GONE)
        publish(tx, dataset, pull_id="p", now=NOON)
    assert known(db, dataset, source_id, generation=2) == {source_id: (None, ("last", "Gone", 0))}


def test_what_is_noted_goes_with_its_company(db: Database) -> None:
    dataset = new_dataset(db)
    with db.write() as tx:
        note_pages(tx, dataset, ["a"], LATER)
        note_pages(tx, dataset, [], LATER)
    assert known(db, dataset, "a") != {}
    with db.write() as tx:
        purge(tx, dataset.company_id, revoked=True)
    assert known(db, dataset, "a") == {}
