"""Put monthly statements together into longer periods.

Sources deliver the balance sheet, profit and loss and the cash flow a month at a time. A client
asks for `count` periods of `length` months each, that go back from a month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from shared_code.model.accounting.balance_sheet import BalanceSheet
from shared_code.model.accounting.cash_flow_statement import CashFlowPeriod, CashFlowStatement
from shared_code.model.accounting.profit_and_loss import ProfitAndLossPeriod, ProfitAndLossReport
from shared_code.model.accounting.report_lines import ReportLine

Report = TypeVar("Report")


@dataclass(frozen=True, slots=True)
class Periods:
    """`count` periods of `length` months each, the newest of which ends with the month of `last`.

    Without `last` it ends with the newest month that there is.
    """

    length: int
    count: int
    last: datetime | None = None


def balance_sheet(statement: BalanceSheet, periods: Periods) -> BalanceSheet:
    """Give the position at the end of each period, the newest first."""
    months = _by_month(statement.reports, lambda report: report.date)
    ends = [months[part[-1]] for part in _parts(months, periods) if part[-1] in months]
    return BalanceSheet(
        currency=statement.currency,
        reports=tuple(ends),
        most_recent_available_month=_newest(months, lambda report: report.date),
        earliest_available_month=_oldest(months, lambda report: report.date),
    )


def profit_and_loss(statement: ProfitAndLossReport, periods: Periods) -> ProfitAndLossReport:
    """Add up the months of each period, the newest first; one without any month is left out."""
    months = _by_month(statement.reports, lambda report: report.to_date)
    return ProfitAndLossReport(
        currency=statement.currency,
        reports=tuple(_profit_of(part) for part in _grouped(months, periods)),
        report_basis=statement.report_basis,
        most_recent_available_month=_newest(months, lambda report: report.to_date),
        earliest_available_month=_oldest(months, lambda report: report.to_date),
    )


def cash_flow(statement: CashFlowStatement, periods: Periods) -> CashFlowStatement:
    """Add up the months of each period, the newest first; one without any month is left out."""
    months = _by_month(statement.reports, lambda report: report.to_date)
    return CashFlowStatement(
        currency=statement.currency,
        reports=tuple(_flow_of(part) for part in _grouped(months, periods)),
        report_basis=statement.report_basis,
        report_input=statement.report_input,
        most_recent_available_month=_newest(months, lambda report: report.to_date),
        earliest_available_month=_oldest(months, lambda report: report.to_date),
    )


def _profit_of(months: Sequence[ProfitAndLossPeriod]) -> ProfitAndLossPeriod:
    return ProfitAndLossPeriod(
        from_date=months[0].from_date,
        to_date=months[-1].to_date,
        income=_merged(month.income for month in months),
        cost_of_sales=_merged(month.cost_of_sales for month in months),
        gross_profit=_sum(month.gross_profit for month in months),
        expenses=_merged(month.expenses for month in months),
        net_operating_profit=_sum(month.net_operating_profit for month in months),
        other_expenses=_merged(month.other_expenses for month in months),
        other_income=_merged(month.other_income for month in months),
        net_other_income=_sum(month.net_other_income for month in months),
        net_profit=_sum(month.net_profit for month in months),
    )


def _flow_of(months: Sequence[CashFlowPeriod]) -> CashFlowPeriod:
    return CashFlowPeriod(
        from_date=months[0].from_date,
        to_date=months[-1].to_date,
        cash_receipts=_merged(month.cash_receipts for month in months),
        cash_payments=_merged(month.cash_payments for month in months),
    )


def _merged(lines: Iterable[ReportLine | None]) -> ReportLine | None:
    """Add up lines that stand for the same: theirs is the value of all, and their items merge."""
    same = [line for line in lines if line is not None]
    if not same:
        return None
    items: dict[str | None, list[ReportLine]] = {}
    for item in (item for line in same for item in line.items or ()):
        items.setdefault(item.account_id or item.name, []).append(item)
    return ReportLine(
        account_id=same[-1].account_id,
        name=same[-1].name,
        value=_sum(line.value for line in same),
        items=tuple(_present(map(_merged, items.values()))) if items else None,
    )


def _present(lines: Iterable[ReportLine | None]) -> Iterator[ReportLine]:
    return (line for line in lines if line is not None)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _by_month(
    reports: Iterable[Report], when: Callable[[Report], datetime | None]
) -> dict[int, Report]:
    """Reports by their month, counted from the beginning of the calendar; the oldest first."""
    dated = [(at, report) for report in reports if (at := when(report)) is not None]
    return {_month(at): report for at, report in sorted(dated, key=lambda each: _month(each[0]))}


def _month(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _parts(months: Mapping[int, object], periods: Periods) -> Iterator[range]:
    """The months of each period, the newest period first and its oldest month first."""
    if periods.last is None and not months:
        return
    end = (_month(periods.last) if periods.last is not None else max(months)) + 1
    for _ in range(periods.count):
        yield range(end - periods.length, end)
        end -= periods.length


def _grouped(months: Mapping[int, Report], periods: Periods) -> Iterator[list[Report]]:
    for part in _parts(months, periods):
        present = [months[month] for month in part if month in months]
        if present:
            yield present


def _newest(
    months: Mapping[int, Report], when: Callable[[Report], datetime | None]
) -> datetime | None:
    return when(months[max(months)]) if months else None


def _oldest(
    months: Mapping[int, Report], when: Callable[[Report], datetime | None]
) -> datetime | None:
    return when(months[min(months)]) if months else None
