"""The balance sheet and the profit and loss report, month by month, and what Xero's accounts hold.

Xero compares a month with eleven before it, so that two years are two reports: the earlier one is
looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.figures import Figure
from shared_code.mapping import statements
from shared_code.mapping.days import day_in
from shared_code.mapping.exact import EXACT, figure_in
from shared_code.mapping.reading import reads
from shared_code.mapping.statements import Column, Row, Statement
from shared_code.model.accounting.balance_sheet import BalanceSheet
from shared_code.model.accounting.profit_and_loss import ProfitAndLossReport
from shared_code.model.accounting.report_lines import ReportBasis

_DATES = ("%d %b %Y", "%d %b %y", "%d %B %Y", "%b-%y", "%b %Y", "%b %y")

_SIDES = {
    "Assets": statements.ASSETS,
    "Liabilities": statements.LIABILITIES,
    "Equity": statements.EQUITY,
}

_KINDS = {
    "REVENUE": statements.INCOME,
    "SALES": statements.INCOME,
    "OTHERINCOME": statements.OTHER_INCOME,
    "DIRECTCOSTS": statements.COST_OF_SALES,
}
# Where no account of a section is known: by words of its title, the more telling first.
_TITLES = (
    ("other income", statements.OTHER_INCOME),
    ("cost of sales", statements.COST_OF_SALES),
    ("expense", statements.EXPENSES),
    ("costs", statements.EXPENSES),
    ("income", statements.INCOME),
    ("revenue", statements.INCOME),
    ("turnover", statements.INCOME),
)


@reads(native.Report)
def map_balance_sheet(report: native.Report, lookups: Lookups) -> BalanceSheet:
    """Map two years of positions, the newest first."""
    both = (_statement(each, _sides(each)) for each in _both(report, lookups))
    return statements.balance_sheet(both, lookups.currency(None))


@reads(native.Report)
def map_profit_and_loss(report: native.Report, lookups: Lookups) -> ProfitAndLossReport:
    """Map two years of months, the newest first."""
    both = (_statement(each, _kinds(each, lookups)) for each in _both(report, lookups))
    return statements.profit_and_loss(both, lookups.currency(None), ReportBasis.ACCRUAL)


@reads(native.Report)
def trial_balance(report: native.Report, lookups: Lookups) -> list[Figure]:
    """Read what each account comes to: of income and expenses, in the year so far."""
    debit, credit = (column_of(report, head) for head in ("YTD Debit", "YTD Credit"))
    return [
        Figure(
            row.account_id or "",
            row.cells[0].value,
            EXACT.subtract(amount_in(row, debit), amount_in(row, credit)),
            takes_earnings=row.account_id == lookups.retained_earnings,
        )
        for section in report.sections
        for row in _accounts(section)
    ]


@reads(native.Report)
def bank_summary(report: native.Report, _: Lookups) -> list[Figure]:
    """Read what each bank account holds."""
    column = column_of(report, "Closing Balance")
    return [
        Figure(row.account_id or "", row.cells[0].value, amount_in(row, column))
        for section in report.sections
        for row in _accounts(section)
    ]


def column_of(report: native.Report, head: str) -> int:
    """Find a column by its head; `Reject` where there is none."""
    if head not in report.columns:
        raise Reject(f"Report cannot be read: it has no column {head}")
    return report.columns.index(head) + 1


def amount_in(row: native.Row, column: int) -> Decimal:
    """Read a figure, which is nought where there is none."""
    return figure_in(row.cells[column].value if column < len(row.cells) else None)


def _both(report: native.Report, lookups: Lookups) -> Iterator[native.Report]:
    yield report
    earlier = lookups.reports.get(f"Earlier{report.report_type}")
    if earlier is not None:
        yield earlier


def _statement(report: native.Report, parts: Iterable[tuple[str, native.Row]]) -> Statement:
    columns = [Column(index, _day(head)) for index, head in enumerate(report.columns)]
    made = report.updated_date_utc
    found: dict[str, list[Row]] = {}
    for kind, section in parts:
        rows = [_row(each) for each in _accounts(section)]
        found.setdefault(kind, []).append(Row(section.title, rows=rows))
    return Statement.of(found, columns, made and made.date())


def _sides(report: native.Report) -> Iterator[tuple[str, native.Row]]:
    """Sort sections by the heading that they stand under."""
    side = None
    for section in report.sections:
        side = _SIDES.get(section.title or "", side)
        if side and _accounts(section):
            yield side, section


def _kinds(report: native.Report, lookups: Lookups) -> Iterator[tuple[str, native.Row]]:
    for section in report.sections:
        if _accounts(section):
            yield _kind(section, lookups), section


def _kind(section: native.Row, lookups: Lookups) -> str:
    """Say what a section is of: by the first account that is known, else by its title."""
    for row in _accounts(section):
        if kind := lookups.account_types.get(row.account_id or ""):
            return _KINDS.get(kind, statements.EXPENSES)
    title = (section.title or "").lower()
    found = next((kind for word, kind in _TITLES if word in title), None)
    if found is None:
        raise Reject("Report cannot be mapped: a section is of no kind that is known")
    return found


def _row(row: native.Row) -> Row:
    name, *figures = (cell.value for cell in row.cells)
    return Row(name, row.account_id, figures)


def _accounts(section: native.Row) -> list[native.Row]:
    return [row for row in section.rows if row.row_type == "Row" and row.account_id]


def _day(text: str) -> date:
    day = day_in(text, _DATES)
    if day is None:
        raise Reject("Report cannot be mapped: a column is of no month that can be read")
    return day
