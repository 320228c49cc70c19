"""What would take minutes is refused, with a hint; what is quick is not."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from shared_code.errors import Reject
from shared_code.store.database import Database
from shared_code.store.records import Dataset, Listing, Snapshot, check_cost
from tests.support.records import order, query

MILLIONS = Snapshot(Dataset("company", "connection", "invoices", "xero"), 1, 3_000_000)
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


@pytest.mark.parametrize(
    "where",
    [
        "note ~ late && currencyRate > 1",
        "note ~ late || note ~ later",
        "status = Paid && note ~ late && currencyRate = null",
        "{customerRef.id = 7 || note = a} && note != b",
        "customerRef.id = null && note = a && note != b",
    ],
)
def test_what_would_search_too_many_documents_is_refused(where: str) -> None:
    said = r"search 3,000,000 records for note.*quick to find: amountDue"
    with pytest.raises(Reject, match=said):
        check_cost(MILLIONS, Listing(where=query(where)))


def test_sorting_counts_too() -> None:
    listing = Listing(where=query("note ~ late"), order=order("-currencyRate"))
    with pytest.raises(Reject, match="note, currencyRate"):
        check_cost(MILLIONS, listing)


@pytest.mark.parametrize(
    "where",
    [
        "note ~ late",
        "status = Paid && totalAmount > 100 && issueDate > 2029-01-01 && modifiedDate > 2029-01-01",
        "customerRef.id = 7 && note ~ late && currencyRate > 1 && note != b",
        "{id = 7 || id = 8} && note ~ late && note != b",
    ],
)
def test_what_is_quick_is_let_through(where: str) -> None:
    check_cost(MILLIONS, Listing(where=query(where), order=order("totalAmount")))


def test_a_small_dataset_may_be_searched_at_will() -> None:
    small = Snapshot(MILLIONS.dataset, 1, 50_000)
    check_cost(small, Listing(where=query(" && ".join(["note ~ late"] * 50))))


def test_a_read_that_takes_too_long_is_given_up(db: Database) -> None:
    with pytest.raises(Reject, match=r"longer than 0\.05 seconds"), db.read(within=0.05) as tx:
        tx.execute(text(ENDLESS))


def test_the_limit_ends_with_its_read(db: Database) -> None:
    for _ in range(20):
        with db.read(within=0.05) as tx:
            assert tx.scalar(text("SELECT 1")) == 1
    slow = ENDLESS.replace("FROM n)", "FROM n WHERE x < 300000)")
    with db.read() as tx:
        assert tx.scalar(text(slow)) == 300_000


def test_other_failures_of_a_limited_read_are_not_called_slow(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.read(within=5):
        raise ZeroDivisionError
