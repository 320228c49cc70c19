"""The plans that keep reading fast on SQLite, which has no statistics to go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select

from shared_code.model import DATA_TYPES, DataType
from shared_code.store.database import Database
from shared_code.store.records import Listing
from shared_code.store.records.asked import Asked
from shared_code.store.records.statements import (
    select_count,
    select_page,
    select_page_and_total,
)
from tests.support.records import order, query
from tests.support.stores import empty_store

VALUES = {
    "of_owner": 1,
    "of_company": "company",
    "of_connection": "connection",
    "generation": 1,
    "skipped": 0,
    "taken": 100,
    "reached": 100,
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as opened:
        yield opened


def explained(db: Database, statement: Select[Any]) -> list[str]:
    """The steps that SQLite takes."""
    sql = statement.params(VALUES).compile(db.engine, compile_kwargs={"render_postcompile": True})
    # A plan does not depend on what is compared with.
    values = (None,) * len(sql.positiontup or ())
    with db.read() as tx:
        return [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]


def unpaid(by: str | None = None, *, settled: bool = True) -> Asked:
    where = query("amountDue>0 && status!=paid && metadata.isDeleted=false")
    return Asked("invoices", where, order(by) if by else None, settled)


def plan(db: Database, listing: Listing, data_type: str = "invoices") -> list[str]:
    """The steps by which SQLite sorts and cuts the current versions, before it merges the rest."""
    asked = Asked(data_type, listing.where, listing.order, settled=False)
    steps = explained(db, select_page(asked))
    current = steps[steps.index("LEFT") + 2 : steps.index("RIGHT")]
    return list(takewhile(lambda step: not step.startswith("SCAN"), current))


@pytest.mark.parametrize(
    ("by", "index"),
    [
        (None, "ix_records_invoices_key"),
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


@pytest.mark.parametrize("by", ["totalAmount", "-totalAmount"])
def test_amounts_come_in_order_from_their_index_and_what_did_not_fit_it_is_looked_up(
    db: Database, by: str
) -> None:
    where = query("dueDate<2030-01-01 && totalAmount>3")
    steps = explained(db, select_page(Asked("invoices", where, order(by), settled=True)))
    kept, apart = [step for step in steps if "COVERING INDEX" in step]
    assert "ix_records_invoices_total_amount (owner=? AND total_amount>?)" in kept
    assert "ix_records_invoices_total_amount (owner=? AND total_amount=?)" in apart
    in_order = steps[steps.index(kept) : steps.index("UNION ALL")]
    assert not any("TEMP B-TREE" in step for step in in_order)


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


def test_a_count_by_dates_amounts_flags_and_words_reads_no_row(db: Database) -> None:
    (step, *inner) = explained(db, select_count(unpaid(), sqlite=True))
    assert "SEARCH records_invoices USING COVERING INDEX" in step
    # The document of a number that its column could not hold.
    assert all("SUBQUERY" in each or "SEARCH whole USING INDEX" in each for each in inner)


def test_a_page_of_what_an_index_carries_reads_its_own_rows_only(db: Database) -> None:
    steps = explained(db, select_page(unpaid("-issueDate")))
    assert "COVERING INDEX ix_records_invoices_issue_date" in steps[2]
    (rows,) = [step for step in steps if "SEARCH records_invoices USING INDEX" in step]
    assert "source_id=? AND gen_from=?" in rows


@pytest.mark.parametrize("page", [select_page, select_page_and_total])
def test_what_a_page_is_sorted_from_is_not_written_down_first(
    db: Database, page: Callable[[Asked], Select[Any]]
) -> None:
    steps = explained(db, page(unpaid("-amountDue")))
    assert steps[0] == "MATERIALIZE page"
    assert steps[1].startswith("CO-ROUTINE")


def test_rows_that_all_have_to_be_read_are_read_once_and_as_they_lie(db: Database) -> None:
    asked = Asked("invoices", query("note~freight"), order("-subTotal"), settled=True)
    assert asked.at_once(sqlite=True)
    steps = explained(db, select_page_and_total(asked))
    scans = [step for step in steps if "records_invoices" in step and "source_id=?" not in step]
    assert len(scans) == 1
    assert "ix_records_invoices_rows" in scans[0]


@pytest.mark.parametrize("by", ["id", "-id"])
def test_a_page_by_id_is_cut_from_an_index_without_sorting(db: Database, by: str) -> None:
    steps = explained(db, select_page(Asked("invoices", None, order(by), settled=True)))
    assert "COVERING INDEX ix_records_invoices_key" in steps[2]
    assert "RIGHT PART" not in " ".join(steps)


@pytest.mark.parametrize(
    ("text", "by", "sqlite", "postgresql"),
    [
        ("status=paid", "-issueDate", False, False),
        ("status=paid", "totalAmount", False, False),
        ("status=paid", "amountDue", False, True),
        ("status=paid", "note", True, True),
        ("note~freight", "-issueDate", True, True),
        ("note~freight", "totalAmount", True, True),
        ("currency=GBP", None, True, True),
        ("customerRef.id=c1 && note~freight", "totalAmount", False, False),
        ("modifiedDate>2030-01-01", None, False, False),
    ],
)
def test_page_and_total_are_read_at_once_where_both_take_all_that_matches(
    text: str, by: str | None, *, sqlite: bool, postgresql: bool
) -> None:
    asked = Asked("invoices", query(text), order(by) if by else None, settled=True)
    assert asked.at_once(sqlite=True) == sqlite
    assert asked.at_once(sqlite=False) == postgresql


def test_a_page_sorted_by_what_an_index_carries_reads_its_own_rows_only(db: Database) -> None:
    where = query("dueDate<2030-01-01 && totalAmount>3")
    asked = Asked("invoices", where, order("-amountDue"), settled=True)
    steps = explained(db, select_page(asked))
    assert "SEARCH records_invoices USING COVERING INDEX" in steps[2]
    (rows,) = [step for step in steps if "SEARCH records_invoices USING INDEX" in step]
    assert "source_id=? AND gen_from=?" in rows
