"""The balance sheet and the profit and loss report, month by month.

Xero compares a month with eleven before it, so that two years are two reports: the earlier one is
looked up. Months that had not begun when a report was made, and those of which it says nothing, are
left out. Totals are added up here, from the rows of accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.figures import Figure
from shared_code.mapping.days import midnight
from shared_code.mapping.exact import EXACT, ZERO
from shared_code.mapping.reading import reads
from shared_code.model.accounting.balance_sheet import BalanceSheet, BalanceSheetReport
from shared_code.model.accounting.profit_and_loss import ProfitAndLossPeriod, ProfitAndLossReport
from shared_code.model.accounting.report_lines import ReportBasis, ReportLine
from shared_code.model.shapes import NO_CURRENCY

_DATES = ("%d %b %Y", "%d %b %y", "%d %B %Y", "%b-%y", "%b %Y", "%b %y")

_SIDES = {"Assets": "assets", "Liabilities": "liabilities", "Equity": "equity"}

_OVERHEADS = "expenses"
_KINDS = {
    "REVENUE": "income",
    "SALES": "income",
    "OTHERINCOME": "other_income",
    "DIRECTCOSTS": "cost_of_sales",
}
# Where no account of a section is known: by words of its title, the more telling first.
_TITLES = (
    ("other income", "other_income"),
    ("cost of sales", "cost_of_sales"),
    ("expense", _OVERHEADS),
    ("costs", _OVERHEADS),
    ("income", "income"),
    ("revenue", "income"),
    ("turnover", "income"),
)


@reads(native.Report)
def map_balance_sheet(report: native.Report, lookups: Lookups) -> BalanceSheet:
    """Map two years of positions, the newest first."""
    found = [each for one in _both(report, lookups) for each in _positions(one)]
    return BalanceSheet(
        currency=lookups.base_currency or NO_CURRENCY,
        reports=tuple(found),
        most_recent_available_month=max((e.date for e in found if e.date), default=None),
        earliest_available_month=min((e.date for e in found if e.date), default=None),
    )


@reads(native.Report)
def map_profit_and_loss(report: native.Report, lookups: Lookups) -> ProfitAndLossReport:
    """Map two years of months, the newest first."""
    found = [each for one in _both(report, lookups) for each in _periods(one, lookups)]
    ends = [each.to_date for each in found if each.to_date]
    return ProfitAndLossReport(
        currency=lookups.base_currency or NO_CURRENCY,
        reports=tuple(found),
        report_basis=ReportBasis.ACCRUAL,
        most_recent_available_month=max(ends, default=None),
        earliest_available_month=min(ends, default=None),
    )


def trial_balance(report: native.Report, lookups: Lookups) -> list[Figure]:
    """Read what each account comes to: of income and expenses, in the year so far."""
    debit, credit = (_column(report, head) for head in ("YTD Debit", "YTD Credit"))
    return [
        Figure(
            row.account_id or "",
            row.cells[0].value,
            EXACT.subtract(_amount(row, debit), _amount(row, credit)),
            takes_earnings=row.account_id == lookups.retained_earnings,
        )
        for section in report.sections
        for row in _accounts(section)
    ]


def bank_summary(report: native.Report, lookups: Lookups) -> list[Figure]:
    """Read what each bank account holds."""
    del lookups
    column = _column(report, "Closing Balance")
    return [
        Figure(row.account_id or "", row.cells[0].value, _amount(row, column))
        for section in report.sections
        for row in _accounts(section)
    ]


def _column(report: native.Report, head: str) -> int:
    if head not in report.columns:
        raise Reject(f"Report cannot be read: it has no column {head}")
    return report.columns.index(head) + 1


@dataclass(frozen=True, slots=True)
class _Month:
    """A column of a report: where it is, and the day on which it ends."""

    column: int
    end: date


def _both(report: native.Report, lookups: Lookups) -> Iterator[native.Report]:
    yield report
    earlier = lookups.reports.get(f"Earlier{report.report_type}")
    if earlier is not None:
        yield earlier


def _positions(report: native.Report) -> Iterator[BalanceSheetReport]:
    sides = _by_side(report)
    for month in _months(report):
        lines = {side: _line(side, rows, month.column) for side, rows in sides.items()}
        values = {side: line.value if line else ZERO for side, line in lines.items()}
        owned, owed = values.get("assets", ZERO), values.get("liabilities", ZERO)
        yield BalanceSheetReport(
            net_assets=EXACT.subtract(owned, owed),
            date=midnight(month.end),
            assets=lines.get("assets"),
            liabilities=lines.get("liabilities"),
            equity=lines.get("equity"),
        )


def _by_side(report: native.Report) -> Mapping[str, list[native.Row]]:
    """Sort sections by the heading that they stand under."""
    sides: dict[str, list[native.Row]] = {}
    side = None
    for section in report.sections:
        side = _SIDES.get(section.title or "", side)
        if side and _accounts(section):
            sides.setdefault(side, []).append(section)
    return sides


def _periods(report: native.Report, lookups: Lookups) -> Iterator[ProfitAndLossPeriod]:
    kinds: dict[str, list[native.Row]] = {}
    for section in report.sections:
        if _accounts(section):
            kinds.setdefault(_kind(section, lookups), []).append(section)
    for month in _months(report):
        lines = {kind: _line(kind, rows, month.column) for kind, rows in kinds.items()}
        values = {kind: line.value if line else ZERO for kind, line in lines.items()}
        gross = EXACT.subtract(values.get("income", ZERO), values.get("cost_of_sales", ZERO))
        operating = EXACT.subtract(gross, values.get(_OVERHEADS, ZERO))
        other = values.get("other_income", ZERO)
        yield ProfitAndLossPeriod(
            gross_profit=gross,
            net_operating_profit=operating,
            net_other_income=other,
            net_profit=EXACT.add(operating, other),
            from_date=midnight(month.end.replace(day=1)),
            to_date=midnight(month.end),
            **lines,
        )


def _kind(section: native.Row, lookups: Lookups) -> str:
    """Say what a section is of: by the first account that is known, else by its title."""
    for row in _accounts(section):
        if kind := lookups.account_types.get(row.account_id or ""):
            return _KINDS.get(kind, _OVERHEADS)
    title = (section.title or "").lower()
    found = next((kind for word, kind in _TITLES if word in title), None)
    if found is None:
        raise Reject("Report cannot be mapped: a section is of no kind that is known")
    return found


def _accounts(section: native.Row) -> list[native.Row]:
    return [row for row in section.rows if row.row_type == "Row" and row.account_id]


def _months(report: native.Report) -> Iterator[_Month]:
    made = report.updated_date_utc
    for column, text in enumerate(report.columns, start=1):
        end = _day(text)
        is_ahead = made is not None and end.replace(day=1) > made.date()
        if not is_ahead and any(
            _amount(row, column) for section in report.sections for row in _accounts(section)
        ):
            yield _Month(column, end)


def _day(text: str) -> date:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
    raise Reject("Report cannot be mapped: a column is of no month that can be read")


def _line(name: str, sections: Iterable[native.Row], column: int) -> ReportLine | None:
    """Show sections with their accounts, as the business lays them out."""
    items = tuple(
        _summed(
            section.title,
            tuple(
                ReportLine(
                    value=_amount(row, column), name=row.cells[0].value, account_id=row.account_id
                )
                for row in _accounts(section)
            ),
        )
        for section in sections
    )
    return _summed(name.replace("_", " ").capitalize(), items) if items else None


def _summed(name: str | None, items: tuple[ReportLine, ...]) -> ReportLine:
    total = ZERO
    for item in items:
        total = EXACT.add(total, item.value)
    return ReportLine(value=total, name=name, items=items)


def _amount(row: native.Row, column: int) -> Decimal:
    text = row.cells[column].value if column < len(row.cells) else None
    if text is None:
        return ZERO
    try:
        return _exact(text)
    except InvalidOperation:
        raise Reject("Report cannot be mapped: a figure is no number") from None


def _exact(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite() or abs(amount.adjusted()) > 30:
        raise InvalidOperation
    return amount
