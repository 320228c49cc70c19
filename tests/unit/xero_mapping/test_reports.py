"""What Xero's balance sheet and profit and loss report become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from functions.xero import native
from functions.xero.mapping.ledger import bank_summary, trial_balance
from functions.xero.reports import CHECKS, EARLIER_STATEMENTS, STATEMENTS
from shared_code.errors import Reject
from shared_code.fetch.paging import Dated
from shared_code.figures import Figure
from shared_code.mapping.books import Accounts, LedgerAccount
from shared_code.model import decode, encode
from tests.unit.xero_mapping.examples import LOOKUPS, Json
from tests.unit.xero_mapping.mappings import map_balance_sheet, map_profit_and_loss

MADE = "/Date(1555099412778)/"  # 12 April 2019


def row(name: str, account_id: str, *figures: str) -> Json:
    marks = [{"Value": account_id, "Id": "account"}]
    cells = [{"Value": text, "Attributes": marks} for text in (name, *figures)]
    return {"RowType": "Row", "Cells": cells}


def section(title: str, *rows: Json) -> Json:
    return {"RowType": "Section", "Title": title, "Rows": list(rows)}


def total(name: str, *figures: str) -> Json:
    cells = [{"Value": text} for text in (name, *figures)]
    return {"RowType": "SummaryRow", "Cells": cells}


def report(kind: str, columns: Sequence[str], *sections: Json) -> Json:
    header = {"RowType": "Header", "Cells": [{"Value": text} for text in ("", *columns)]}
    return {"ReportType": kind, "UpdatedDateUTC": MADE, "Rows": [header, *sections]}


def sheet(*columns: str, **changes: object) -> Json:
    return (
        report(
            "BalanceSheet",
            columns or ("30 Apr 2019", "31 Mar 2019", "28 Feb 2019"),
            section("Assets"),
            section(
                "Bank",
                row("Savings", "acc-savings", "-1850.00", "-1850.00", "0.00"),
                row("Big Bank", "acc-bank", "2146.37", "2020.00", "0.00"),
                total("Total Bank", "296.37", "170.00", "0.00"),
            ),
            section("Current Assets", row("Debtors", "acc-debtors", "10.00", "", "0.00")),
            section("", total("Total Assets", "306.37", "170.00", "0.00")),
            section("Liabilities"),
            section("Current Liabilities", row("VAT", "acc-vat", "6.37", "70.00", "0.00")),
            section("", total("Total Liabilities", "6.37", "70.00", "0.00")),
            section("Equity", row("Earnings", "acc-none", "300.00", "100.00", "0.00")),
        )
        | changes
    )


def profit(*columns: str) -> Json:
    return report(
        "ProfitAndLoss",
        columns or ("31 May 19", "30 Apr 19"),
        section("Income", row("Sales", "acc-sales", "0.00", "1000.00")),
        section("Less Cost of Sales", row("Goods", "acc-goods", "0.00", "400.00")),
        section("", total("Gross Profit", "0.00", "600.00")),
        section("Plus Other Income", row("Interest", "acc-interest", "0.00", "25.50")),
        section("Less Operating Expenses", row("Rent", "acc-rent", "0.00", "700.00")),
        section("", total("Net Profit", "0.00", "-74.50")),
    )


def wire(mapped: Any) -> dict[str, Any]:  # noqa: ANN401 - either report
    return decode(encode(mapped))


def test_positions_are_added_up_from_accounts_in_the_business_own_layout() -> None:
    mapped = wire(map_balance_sheet(sheet(), LOOKUPS))
    assert mapped["currency"] == "GBP"
    assert [each["date"][:10] for each in mapped["reports"]] == ["2019-04-30", "2019-03-31"]
    newest = mapped["reports"][0]
    assert newest["assets"] == {
        "name": "Assets",
        "value": Decimal("306.37"),
        "items": [
            {
                "name": "Bank",
                "value": Decimal("296.37"),
                "items": [
                    {"name": "Savings", "accountId": "acc-savings", "value": Decimal("-1850.00")},
                    {"name": "Big Bank", "accountId": "acc-bank", "value": Decimal("2146.37")},
                ],
            },
            {
                "name": "Current Assets",
                "value": Decimal("10.00"),
                "items": [
                    {"name": "Debtors", "accountId": "acc-debtors", "value": Decimal("10.00")}
                ],
            },
        ],
    }
    assert newest["netAssets"] == newest["equity"]["value"] == Decimal("300.00")
    assert mapped["mostRecentAvailableMonth"][:10] == "2019-04-30"
    assert mapped["earliestAvailableMonth"][:10] == "2019-03-31"


def test_positions_under_no_heading_that_is_known_make_no_statement() -> None:
    fixed = section("Fixed Assets", row("Van", "acc-van", "5.00", "5.00", "5.00"))
    header, *parts = sheet()["Rows"]
    for told in ([header, fixed, *parts], [header, fixed]):
        with pytest.raises(Reject, match="stands under no heading that is known"):
            map_balance_sheet(sheet(Rows=told), LOOKUPS)


def test_the_year_before_is_looked_up() -> None:
    earlier = native.Report.model_validate(sheet("30 Apr 2018", "31 Mar 2018", "28 Feb 2018"))
    lookups = replace(LOOKUPS, reports={"EarlierBalanceSheet": earlier})
    mapped = wire(map_balance_sheet(sheet(), lookups))
    assert [each["date"][:4] for each in mapped["reports"]] == ["2019", "2019", "2018", "2018"]


def test_a_period_tells_where_its_profit_comes_from() -> None:
    mapped = wire(map_profit_and_loss(profit(), LOOKUPS))
    (month,) = mapped["reports"]
    assert mapped["reportBasis"] == "Accrual"
    assert (month["fromDate"][:10], month["toDate"][:10]) == ("2019-04-01", "2019-04-30")
    assert {
        name: month[name]
        for name in ("grossProfit", "netOperatingProfit", "netOtherIncome", "netProfit")
    } == {
        "grossProfit": Decimal("600.00"),
        "netOperatingProfit": Decimal("-100.00"),
        "netOtherIncome": Decimal("25.50"),
        "netProfit": Decimal("-74.50"),
    }
    assert month["expenses"]["items"][0]["name"] == "Less Operating Expenses"


def test_a_section_is_of_the_kind_of_its_accounts_whatever_it_is_called() -> None:
    odd = report("ProfitAndLoss", ("30 Apr 19",), section("Umsatz", row("A", "acc-sales", "7.00")))
    (month,) = wire(map_profit_and_loss(odd, LOOKUPS))["reports"]
    assert month["grossProfit"] == Decimal("7.00")
    strange = section("Umsatz", row("A", "acc-unknown", "7.00"))
    with pytest.raises(Reject, match="of no kind that is known"):
        map_profit_and_loss(report("ProfitAndLoss", ("30 Apr 19",), strange), LOOKUPS)


@pytest.mark.parametrize("text", ["30 Apr 2019", "30 Apr 19", "30 April 2019"])
def test_a_column_is_dated_in_any_of_xeros_ways(text: str) -> None:
    (month,) = wire(map_profit_and_loss(profit("31 May 19", text), LOOKUPS))["reports"]
    assert month["toDate"][:10] == "2019-04-30"


@pytest.mark.parametrize(
    ("columns", "figure", "reason"),
    [(("Total",), "7.00", "a column is of no month"), (("30 Apr 19",), "lots", "is no number")],
)
def test_what_cannot_be_read_is_rejected_with_a_reason(
    columns: tuple[str], figure: str, reason: str
) -> None:
    told = report("ProfitAndLoss", columns, section("Income", row("A", "acc-sales", figure)))
    with pytest.raises(Reject, match=reason):
        map_profit_and_loss(told, LOOKUPS)


@pytest.mark.parametrize(
    ("name", "day", "params"),
    [
        ("BalanceSheet", date(2026, 11, 5), {"date": "2026-11-30"}),
        ("EarlierBalanceSheet", date(2024, 2, 29), {"date": "2023-02-28"}),
        ("ProfitAndLoss", date(2026, 10, 5), {"fromDate": "2026-10-01", "toDate": "2026-10-31"}),
        ("ProfitAndLoss", date(2026, 11, 5), {"fromDate": "2026-12-01", "toDate": "2026-12-31"}),
        (
            "EarlierProfitAndLoss",
            date(2026, 2, 28),
            {"fromDate": "2025-03-01", "toDate": "2025-03-31"},
        ),
    ],
)
def test_a_statement_is_asked_for_in_whole_months(name: str, day: date, params: Json) -> None:
    paging = next(each.paging for each in (*EARLIER_STATEMENTS, *STATEMENTS) if each.name == name)
    assert isinstance(paging, Dated)
    asked = paging.params(day)
    assert asked.items() >= {"periods": "11", "timeframe": "MONTH", **params}.items()


def test_a_trial_balance_counts_the_year_so_far_debit_positive() -> None:
    heads = ("Debit", "Credit", "YTD Debit", "YTD Credit")
    told = report(
        "TrialBalance",
        heads,
        section("Revenue", row("Sales (200)", "acc-sales", "", "200.00", "", "1020.22")),
        section("Equity", row("Retained (960)", "acc-retained", "", "0.00", "7.00", "")),
    )
    retained = LedgerAccount(id="acc-retained", takes_earnings=True)
    lookups = replace(LOOKUPS, accounts=Accounts((retained,)))
    assert trial_balance(native.TrialBalance.model_validate(told), lookups) == [
        Figure("acc-sales", "Sales (200)", Decimal("-1020.22")),
        Figure("acc-retained", "Retained (960)", Decimal("7.00"), takes_earnings=True),
    ]
    with pytest.raises(Reject, match="has no column YTD Debit"):
        trial_balance(native.TrialBalance.model_validate(sheet()), lookups)


def test_a_bank_holds_its_closing_balance() -> None:
    heads = ("Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")
    told = report(
        "BankSummary", heads, section("", row("Big", "a", "0.00", "110.00", "100.00", "10.00"))
    )
    told["Rows"][1]["Rows"][0]["Cells"][0]["Attributes"][0]["Id"] = "accountID"
    assert bank_summary(native.Report.model_validate(told), LOOKUPS) == [
        Figure("a", "Big", Decimal("10.00"))
    ]


def test_a_report_that_cannot_be_read_fails_no_data_type() -> None:
    for each in CHECKS:
        assert not each.data_types
        (check,) = each.checks
        with pytest.raises(Reject, match="cannot be read"):
            check.figures({"Rows": 5}, LOOKUPS)
