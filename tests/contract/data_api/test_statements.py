"""Financial statements by period, aged reports, trees and payments by what they settle."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shared_code.catalogue import CATALOGUE
from shared_code.model import Shape
from shared_code.model.accounting.balance_sheet import BalanceSheet, BalanceSheetReport
from shared_code.model.accounting.payment import (
    Payment,
    PaymentLine,
    PaymentLink,
    PaymentLinkType,
)
from shared_code.model.accounting.tracking_category import TrackingCategory
from shared_code.model.shapes import CustomerRef, Status
from tests.contract.data_api.conftest import Books
from tests.support.records import invoice, new_connection, new_dataset, sync

PERIODS = "periodLength=3&periodsToCompare=2"


def write(books: Books, data_type: str, *records: Shape, connection_id: str = "") -> None:
    owner = {
        "company_id": books.company_id,
        "connection_id": connection_id or books.connection_id,
    }
    sync(books.db, new_dataset(books.db, data_type, **owner), records)


def get(books: Books, path: str) -> tuple[int, Any]:
    answer = books.get(path)
    body = answer.json()
    return answer.status_code, body if answer.is_success else body["error"]


@pytest.fixture
def sheet(whole: Books) -> Books:
    """Six months of 2029: what was left at each end is the month's number."""
    ends = [datetime(2029, month, 28) for month in range(1, 7)]  # noqa: DTZ001 - calendar dates
    months = (BalanceSheetReport(date=end, net_assets=Decimal(end.month)) for end in ends)
    write(whole, "balanceSheet", BalanceSheet(currency="GBP", reports=tuple(months)))
    return whole


def test_a_balance_sheet_comes_in_the_periods_that_are_asked_for(sheet: Books) -> None:
    for place in ("data", f"connections/{sheet.connection_id}/data"):
        status, body = get(sheet, f"{place}/financials/balanceSheet?{PERIODS}")
        assert status == 200
        assert body == {
            "currency": "GBP",
            "reports": [
                {"date": "2029-06-28T00:00:00", "netAssets": 6},
                {"date": "2029-03-28T00:00:00", "netAssets": 3},
            ],
            "mostRecentAvailableMonth": "2029-06-28T00:00:00",
            "earliestAvailableMonth": "2029-01-28T00:00:00",
        }


def test_the_month_to_go_back_from_may_be_chosen(sheet: Books) -> None:
    path = "data/financials/balancesheet?periodlength=1&periodsToCompare=1&startMonth=2029-04-01"
    assert get(sheet, path)[1]["reports"] == [{"date": "2029-04-28T00:00:00", "netAssets": 4}]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("periodsToCompare=2", "periodLength"),
        ("periodLength=3", "periodsToCompare"),
        ("periodLength=0&periodsToCompare=2", "periodLength"),
        ("periodLength=3&periodsToCompare=61", "periodsToCompare"),
        (f"{PERIODS}&startMonth=soon", "startMonth"),
    ],
)
def test_periods_that_cannot_be_are_refused(sheet: Books, query: str, named: str) -> None:
    status, error = get(sheet, f"data/financials/balanceSheet?{query}")
    assert status == 400
    assert named in error


def test_a_statement_that_was_never_synced_is_a_conflict(whole: Books) -> None:
    path = f"data/financials/cashFlowStatement?{PERIODS}"
    assert get(whole, path) == (409, "The data set has not been requested.")


def test_a_statement_that_the_platform_lacks_is_said_to_be_so(books: Books) -> None:
    sentence = "Datatype cashFlowStatement not supported by platform(s) Xero"
    assert get(books, f"data/financials/cashFlowStatement?{PERIODS}") == (404, sentence)


def test_aged_debtors_are_worked_out_of_invoices(whole: Books) -> None:
    owed = {"customer_ref": CustomerRef(id="c", company_name="Orchard")}
    write(whole, "invoices", invoice("a", "70.10", **owed), invoice("b", "0.00", **owed))
    assert get(whole, "reports/agedDebtor/available") == (200, True)
    query = "numberOfPeriods=2&periodLengthDays=20"
    status, body = get(whole, f"reports/agedDebtor?{query}")
    assert status == 200
    assert (body["generated"], body["reportDate"]) == (
        "2030-01-01T12:00:00Z",
        "2030-01-01T00:00:00",
    )
    (debtor,) = body["data"]
    assert (debtor["customerId"], debtor["customerName"]) == ("c", "Orchard")
    (pounds,) = debtor["agedCurrencyOutstanding"]
    assert pounds["currency"] == "GBP"
    assert pounds["agedOutstandingAmounts"] == [
        {"fromDate": "2030-01-01T00:00:00", "amount": 0, "details": []},
        {
            "fromDate": "2029-12-12T00:00:00",
            "toDate": "2029-12-31T00:00:00",
            "amount": 0,
            "details": [],
        },
        {
            "toDate": "2029-12-11T00:00:00",
            "amount": 70.10,
            "details": [{"name": "invoices", "amount": 70.10}],
        },
    ]


def test_on_an_earlier_day_what_came_later_was_not_open(whole: Books) -> None:
    write(whole, "invoices", invoice("a", "70.10"))
    assert get(whole, "reports/agedDebtor?reportDate=2029-11-30")[1]["data"] == []
    assert len(get(whole, "reports/agedDebtor?reportDate=2029-12-01")[1]["data"]) == 1


def test_aged_creditors_need_bills(whole: Books) -> None:
    assert get(whole, "reports/agedCreditor/available") == (200, False)
    assert get(whole, "reports/agedCreditor") == (409, "The data set has not been requested.")
    write(whole, "bills")
    assert get(whole, "reports/agedCreditor/available") == (200, True)
    assert get(whole, "reports/agedCreditor")[1]["data"] == []


def test_the_reports_of_an_unknown_company_are_not_found(whole: Books) -> None:
    for path in ("agedDebtor", "agedDebtor/available"):
        assert whole.http.get(f"/companies/nobody/reports/{path}").status_code == 404


@pytest.mark.parametrize(
    "query", ["numberOfPeriods=0", "periodLengthDays=367", "reportDate=someday"]
)
def test_an_aged_report_that_cannot_be_is_refused(whole: Books, query: str) -> None:
    status, error = get(whole, f"reports/agedDebtor?{query}")
    assert status == 400
    assert query.partition("=")[0] in error


def test_a_tracking_category_comes_with_all_that_is_below_it(whole: Books) -> None:
    def category(id_: str, parent: str | None = None) -> TrackingCategory:
        return TrackingCategory(
            id=id_, status=Status.ACTIVE, has_children=id_ in "ab", parent_id=parent
        )

    # `x` and `y` are each other's parents, as a careless source has it.
    made = [category("a"), category("b", "a"), category("c", "b"), category("d", "a")]
    write(whole, "trackingCategories", *made, category("x", "y"), category("y", "x"))

    def shown(tree: dict[str, Any]) -> Any:  # noqa: ANN401 - a tree of ids
        return {tree["id"]: [shown(each) for each in tree.get("subCategories", [])]}

    root = "data/trackingCategories"
    assert shown(get(whole, f"{root}/a")[1]) == {"a": [{"b": [{"c": []}]}, {"d": []}]}
    assert shown(get(whole, f"{root}/x")[1]) == {"x": [{"y": []}]}
    assert "subCategories" not in get(whole, f"{root}/c")[1]
    assert get(whole, f"{root}/e") == (404, "No data available for trackingCategories for ID e")
    assert len(get(whole, root)[1]["results"]) == 6


def test_payments_are_found_by_what_they_settle(whole: Books) -> None:
    def payment(id_: str, *kinds: PaymentLinkType) -> Payment:
        lines = tuple(
            PaymentLine(amount=Decimal(1), links=(PaymentLink(type=kind, amount=Decimal(-1)),))
            for kind in kinds
        )
        day = datetime(2029, 1, 1)  # noqa: DTZ001 - a calendar date
        return Payment(id=id_, date=day, reference=PaymentLinkType.REFUND, lines=lines)

    link = PaymentLinkType
    write(
        whole,
        "payments",
        payment("a", link.INVOICE),
        payment("b", link.REFUND, link.INVOICE),
        payment("c", link.PAYMENT_ON_ACCOUNT),
        payment("d"),
    )
    root = f"connections/{whole.connection_id}/data/payments"

    def found(query: str) -> list[str]:
        body = get(whole, f"{root}?{query}")[1]
        assert body["totalResults"] == len(body["results"])
        return [each["id"] for each in body["results"]]

    assert found("linkType=Invoice") == ["a", "b"]
    assert found("linktype=paymentonaccount") == ["c"]
    assert found("linkType=Refund&query=id!=b") == []
    assert found("") == ["a", "b", "c", "d"]
    status, error = get(whole, f"{root}?linkType=Gift")
    assert (status, "PaymentOnAccount" in error) == (400, True)


def test_a_company_with_several_banks_has_to_choose_one(
    whole: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "data/banking-transactions"
    assert get(whole, path) == (409, "The data set has not been requested.")
    # A bank of the catalogue, until there is one: the company's connections become its.
    monkeypatch.setattr(
        "functions.data_api.scope.CATALOGUE", [replace(CATALOGUE[0], source_type="Banking")]
    )
    write(whole, "banking-transactions")
    assert get(whole, path)[1]["results"] == []
    new_connection(whole.db, whole.company_id)
    status, error = get(whole, path)
    assert (status, "has 2 banking connections" in error) == (400, True)
