"""Monthly statements put together into periods."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shared_code.model.accounting.balance_sheet import BalanceSheet, BalanceSheetReport
from shared_code.model.accounting.cash_flow_statement import (
    CashFlowPeriod,
    CashFlowStatement,
    ReportInput,
)
from shared_code.model.accounting.profit_and_loss import ProfitAndLossPeriod, ProfitAndLossReport
from shared_code.model.accounting.report_lines import ReportBasis, ReportLine
from shared_code.reports.statements import Periods, balance_sheet, cash_flow, profit_and_loss


def line(name: str, value: str, *items: ReportLine, account_id: str | None = None) -> ReportLine:
    return ReportLine(
        name=name, value=Decimal(value), account_id=account_id, items=tuple(items) or None
    )


def first(month: int, year: int = 2029) -> datetime:
    return datetime(year, month, 1)  # noqa: DTZ001 - a calendar date has no zone


def end(month: int, year: int = 2029) -> datetime:
    after = first(1, year + 1) if month == 12 else first(month + 1, year)
    return after - timedelta(days=1)


def earned(month: int, sales: str, *, year: int = 2029, rent: str = "10") -> ProfitAndLossPeriod:
    gross = Decimal(sales)
    net = gross - Decimal(rent)
    return ProfitAndLossPeriod(
        from_date=first(month, year),
        to_date=end(month, year),
        income=line("Income", sales, line("Sales", sales, account_id="200")),
        expenses=line("Expenses", rent, line("Rent", rent)),
        gross_profit=gross,
        net_operating_profit=net,
        net_other_income=Decimal(0),
        net_profit=net,
    )


def report(*months: ProfitAndLossPeriod) -> ProfitAndLossReport:
    return ProfitAndLossReport(currency="GBP", reports=months, report_basis=ReportBasis.ACCRUAL)


YEAR = report(*(earned(month, f"{month}00.50") for month in (3, 1, 2, 6, 5, 4)))


def test_the_months_of_a_period_add_up() -> None:
    made = profit_and_loss(YEAR, Periods(length=3, count=2))
    assert [(each.from_date, each.to_date) for each in made.reports] == [
        (first(4), end(6)),
        (first(1), end(3)),
    ]
    assert [str(each.net_profit) for each in made.reports] == ["1471.50", "571.50"]
    newest = made.reports[0]
    assert newest.income == line("Income", "1501.50", line("Sales", "1501.50", account_id="200"))
    assert newest.cost_of_sales is None


def test_what_can_be_had_is_said() -> None:
    made = profit_and_loss(YEAR, Periods(length=1, count=1))
    assert (made.earliest_available_month, made.most_recent_available_month) == (end(1), end(6))
    assert (made.currency, made.report_basis) == ("GBP", ReportBasis.ACCRUAL)


def test_periods_go_back_from_the_month_that_is_asked_for() -> None:
    last = datetime(2029, 4, 17)  # noqa: DTZ001
    made = profit_and_loss(YEAR, Periods(length=2, count=1, last=last))
    assert [(each.from_date, each.to_date) for each in made.reports] == [(first(3), end(4))]


def test_a_period_that_is_there_in_part_says_from_when_to_when() -> None:
    made = profit_and_loss(YEAR, Periods(length=4, count=3))
    assert [(each.from_date, each.to_date) for each in made.reports] == [
        (first(3), end(6)),
        (first(1), end(2)),
    ]


def test_periods_may_reach_over_the_turn_of_the_year() -> None:
    made = profit_and_loss(
        report(earned(12, "1.00"), earned(1, "2.00", year=2030)), Periods(length=2, count=1)
    )
    assert made.reports[0].income == line("Income", "3.00", line("Sales", "3.00", account_id="200"))


def test_an_account_that_is_renamed_stays_one_line() -> None:
    old = earned(1, "5.00")
    new = earned(2, "7.00").model_copy(
        update={"income": line("Income", "7.00", line("Turnover", "7.00", account_id="200"))}
    )
    (made,) = profit_and_loss(report(old, new), Periods(length=2, count=1)).reports
    assert made.income == line("Income", "12.00", line("Turnover", "12.00", account_id="200"))


def test_an_item_of_one_month_only_is_kept() -> None:
    more = earned(2, "7.00").model_copy(
        update={"income": line("Income", "7.00", line("Interest", "7.00"))}
    )
    (made,) = profit_and_loss(report(earned(1, "5.00"), more), Periods(length=2, count=1)).reports
    assert made.income is not None
    assert [(each.name, str(each.value)) for each in made.income.items or ()] == [
        ("Sales", "5.00"),
        ("Interest", "7.00"),
    ]


def test_a_balance_is_the_one_at_the_end_of_its_period() -> None:
    sheet = BalanceSheet(
        currency="GBP",
        reports=tuple(
            BalanceSheetReport(date=end(month), net_assets=Decimal(month)) for month in range(1, 7)
        ),
    )
    made = balance_sheet(sheet, Periods(length=2, count=4))
    assert [(each.date, str(each.net_assets)) for each in made.reports] == [
        (end(6), "6"),
        (end(4), "4"),
        (end(2), "2"),
    ]


def test_cash_flows_add_up() -> None:
    statement = CashFlowStatement(
        currency="GBP",
        report_basis=ReportBasis.CASH,
        report_input=ReportInput.DIRECT,
        reports=tuple(
            CashFlowPeriod(
                from_date=first(month),
                to_date=end(month),
                cash_receipts=line("Receipts", f"{month}.25"),
                cash_payments=line("Payments", "1"),
            )
            for month in (1, 2, 3)
        ),
    )
    (made,) = cash_flow(statement, Periods(length=3, count=1)).reports
    assert made.cash_receipts == line("Receipts", "6.75")
    assert made.cash_payments == line("Payments", "3")
    assert (made.from_date, made.to_date) == (first(1), end(3))


@pytest.mark.parametrize("last", [None, first(1)])
def test_without_any_month_there_is_no_period(last: datetime | None) -> None:
    made = profit_and_loss(report(), Periods(length=1, count=3, last=last))
    assert made.reports == ()
    assert made.most_recent_available_month is None
