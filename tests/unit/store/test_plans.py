"""The plans that keep reading fast on SQLite, which has no statistics to go by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from shared_code.model import DATA_TYPES, DataType
from shared_code.store.database import Database
from shared_code.store.records import Listing, Snapshot
from shared_code.store.records.reading import select_page
from tests.support.records import new_dataset, new_store, order, query


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = new_store(f"sqlite:///{tmp_path / 'causeway.db'}")
    yield opened
    opened.close()


def plan(db: Database, listing: Listing, data_type: str = "invoices") -> list[str]:
    """The steps by which SQLite sorts and cuts the current versions, before it merges the rest."""
    page = select_page(Snapshot(new_dataset(db, data_type), 1, 0), listing)
    sql = page.compile(db.engine, compile_kwargs={"render_postcompile": True})
    # A plan does not depend on what is compared with.
    values = (None,) * len(sql.positiontup or ())
    with db.read() as tx:
        steps = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    current = steps[steps.index("LEFT") + 2 : steps.index("RIGHT")]
    return list(takewhile(lambda step: not step.startswith("SCAN"), current))


@pytest.mark.parametrize(
    ("by", "index"),
    [
        (None, "sqlite_autoindex_records_invoices_1"),
        ("issueDate", "ix_records_invoices_issue_date"),
        ("-issueDate", "ix_records_invoices_issue_date"),
        ("-modifiedDate", "ix_records_invoices_gen_from"),
        ("customerRef.id", "ix_records_invoices_customer_ref_id"),
    ],
)
def test_an_order_that_has_an_index_needs_no_sort(db: Database, by: str | None, index: str) -> None:
    steps = plan(db, Listing(order=order(by) if by else None))
    assert len(steps) == 1
    assert index in steps[0]


def test_a_filter_does_not_make_an_indexed_order_sort(db: Database) -> None:
    where = query("amountDue>0 && status!=paid")
    steps = plan(db, Listing(where, order("-issueDate")))
    assert "ix_records_invoices_issue_date" in steps[0]
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("by", [None, "-issueDate", "note"])
def test_the_records_of_one_customer_are_found_by_their_index(db: Database, by: str | None) -> None:
    where = query("customerRef.id=c1 && status!=paid")
    steps = plan(db, Listing(where, order(by) if by else None))
    assert "ix_records_invoices_customer_ref_id" in steps[0]
    assert "customer_ref_id=?" in steps[0]


@pytest.mark.parametrize("data_type", ["bankTransactions", "banking-transactions"])
def test_what_moved_on_one_account_is_found_by_its_index(db: Database, data_type: str) -> None:
    model = DATA_TYPES[DataType(data_type)].model
    steps = plan(db, Listing(query("accountId=a1 && amount>0", model)), data_type)
    assert "_account_id" in steps[0]
    assert "account_id=?" in steps[0]


def test_what_changed_lately_is_found_by_its_generation(db: Database) -> None:
    steps = plan(db, Listing(query("modifiedDate>=2030-01-01"), None))
    assert "ix_records_invoices_gen_from" in steps[0]
    assert "gen_from>?" in steps[0]
