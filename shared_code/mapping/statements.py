"""Balance sheets and profit and loss reports, from the rows of a provider's own.

A provider's report has a column a month, or a period; a connector says which column is which, and
of which kind each part is. Totals are added up here, from the rows of accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shared_code.errors import Reject
from shared_code.mapping.books import Accounts, Books
from shared_code.mapping.days import day_in, midnight
from shared_code.mapping.exact import EXACT, ZERO, figure_in, summed
from shared_code.mapping.reading import Native
from shared_code.model.accounting.balance_sheet import BalanceSheet, BalanceSheetReport
from shared_code.model.accounting.profit_and_loss import ProfitAndLossPeriod, ProfitAndLossReport
from shared_code.model.accounting.report_lines import ReportBasis, ReportLine

ASSETS, LIABILITIES, EQUITY = "assets", "liabilities", "equity"
INCOME, COST_OF_SALES, EXPENSES = "income", "cost_of_sales", "expenses"
OTHER_INCOME, OTHER_EXPENSES = "other_income", "other_expenses"


# What English books call the parts of a profit and loss account, the more telling words first.
_TITLES = (
    ("other income", OTHER_INCOME),
    ("cost of sales", COST_OF_SALES),
    ("expense", EXPENSES),
    ("costs", EXPENSES),
    ("income", INCOME),
    ("revenue", INCOME),
    ("turnover", INCOME),
)

_HEADINGS = {"Assets": ASSETS, "Liabilities": LIABILITIES, "Equity": EQUITY}


def kind_of(title: str | None) -> str | None:
    """Tell the kind of a part of a profit and loss account by its title; None if it does not."""
    words = (title or "").lower()
    return next((kind for word, kind in _TITLES if word in words), None)


@dataclass(frozen=True, slots=True)
class Row:
    """An account with its figures, as text, by column; or a part, which consists of rows."""

    name: str | None
    account_id: str | None = None
    figures: Sequence[str | None] = ()
    rows: Sequence[Row] = ()

    def amount(self, column: int) -> Decimal:
        """Read what the account comes to in a column; `Reject` if that is no number."""
        return figure_in(self.figures[column] if column < len(self.figures) else None)

    def line(self, column: int) -> ReportLine:
        """Show it in the business's own layout."""
        if not self.rows:
            return ReportLine(value=self.amount(column), name=self.name, account_id=self.account_id)
        return _summed(self.name, tuple(row.line(column) for row in self.rows))


class ToldReport(Native):
    """A report as a provider tells it: its shape inherits this, and writes the properties anew."""

    made: datetime | None = None

    @property
    def columns(self) -> Sequence[str]:
        """What the figures of a row are called."""
        return ()

    @property
    def parts(self) -> Sequence[Row]:
        """Its sections, headings among them."""
        return ()

    @property
    def balances(self) -> Mapping[str, Decimal] | None:
        """What each account comes to, by id: debits positive, and in the base currency.

        None where that is not what it tells; `Reject` where it cannot be read. An account that is
        left out comes to nothing.
        """
        return None


@dataclass(frozen=True, slots=True)
class StatementWords:
    """A provider's words for statements."""

    dates: Sequence[str]
    """The forms of `strptime` in which columns are called."""
    types: Mapping[str, str]
    """The kinds of accounts in a profit and loss account by their types; others are expenses."""
    basis: ReportBasis
    headings: Mapping[str, str] = field(default_factory=lambda: _HEADINGS)
    """The kinds of what stands under the headings of a balance sheet; English by default."""


def by_heading(parts: Iterable[Row], headings: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    """Sort the parts of a balance sheet by the heading that they stand under; it has its kind."""
    kind = None
    for part in parts:
        kind = headings.get(part.name or "", kind)
        if kind and part.rows:
            yield kind, part


def _positioned(parts: Sequence[Row], headings: Mapping[str, str]) -> list[tuple[str, Row]]:
    found = list(by_heading(parts, headings))
    if len(found) < sum(1 for part in parts if part.rows):
        raise Reject("Report cannot be mapped: a section stands under no heading that is known")
    return found


def by_account(
    parts: Iterable[Row], accounts: Accounts, kinds: Mapping[str, str]
) -> Iterator[tuple[str, Row]]:
    """Sort the parts of a profit and loss account by the first account of each that is known.

    `kinds` go by the provider's types of accounts, of which all others are expenses. Where no
    account is known, the title tells the kind; `Reject` where it does not.
    """
    for part in parts:
        if part.rows:
            yield _kind(part, accounts, kinds), part


def _kind(part: Row, accounts: Accounts, kinds: Mapping[str, str]) -> str:
    types = (accounts.get(row.account_id).type for row in part.rows)
    if known := next(filter(None, types), None):
        return kinds.get(known, EXPENSES)
    kind = kind_of(part.name)
    if kind is None:
        raise Reject("Report cannot be mapped: a section is of no kind that is known")
    return kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds a period: where it is, from 0, and the last day of the period."""

    index: int
    end: date


def dated(heads: Iterable[str], forms: Sequence[str]) -> list[Column]:
    """Date columns by their heads, in one of `strptime`'s forms; `Reject` for one in none."""
    columns = [(index, day_in(head, forms)) for index, head in enumerate(heads)]
    known = [Column(index, day) for index, day in columns if day]
    if len(known) < len(columns):
        raise Reject("Report cannot be mapped: a column is of no month that can be read")
    return known


@dataclass(frozen=True, slots=True)
class Statement:
    """A provider's report: its parts by their kind, such as `ASSETS`, and its columns."""

    parts: Mapping[str, Sequence[Row]]
    columns: Sequence[Column]

    @classmethod
    def of(
        cls, told: ToldReport, parts: Iterable[tuple[str, Row]], words: StatementWords
    ) -> Statement:
        """Gather parts by their kind.

        Months that had not begun when it was made are left out, and those of which it is silent.
        """
        found: dict[str, list[Row]] = {}
        for kind, part in parts:
            found.setdefault(kind, []).append(part)
        rows = [row for each in found.values() for part in each for row in part.rows]
        made = told.made and told.made.date()
        columns = [
            each
            for each in dated(told.columns, words.dates)
            if (made is None or each.end.replace(day=1) <= made)
            and any(row.amount(each.index) for row in rows)
        ]
        return cls(found, columns)


def balance_sheet(told: Iterable[ToldReport], books: Books, words: StatementWords) -> BalanceSheet:
    """Show the positions of reports in the order in which they are told."""
    read = [Statement.of(each, _positioned(each.parts, words.headings), words) for each in told]
    found = tuple(each for one in read for each in _positions(one))
    days = [each.date for each in found if each.date]
    return BalanceSheet(
        currency=books.currency(None),
        reports=found,
        most_recent_available_month=max(days, default=None),
        earliest_available_month=min(days, default=None),
    )


def profit_and_loss(
    told: Iterable[ToldReport], books: Books, words: StatementWords
) -> ProfitAndLossReport:
    """Show the periods of reports, which are months, in the order in which they are told."""
    read = [
        Statement.of(each, by_account(each.parts, books.accounts, words.types), words)
        for each in told
    ]
    found = tuple(each for one in read for each in _periods(one))
    ends = [each.to_date for each in found if each.to_date]
    return ProfitAndLossReport(
        currency=books.currency(None),
        reports=found,
        report_basis=words.basis,
        most_recent_available_month=max(ends, default=None),
        earliest_available_month=min(ends, default=None),
    )


def _positions(statement: Statement) -> Iterator[BalanceSheetReport]:
    for column in statement.columns:
        lines = _lines(statement, column)
        yield BalanceSheetReport(
            net_assets=EXACT.subtract(_value(lines, ASSETS), _value(lines, LIABILITIES)),
            date=midnight(column.end),
            assets=lines.get(ASSETS),
            liabilities=lines.get(LIABILITIES),
            equity=lines.get(EQUITY),
        )


def _periods(statement: Statement) -> Iterator[ProfitAndLossPeriod]:
    for column in statement.columns:
        lines = _lines(statement, column)
        gross = EXACT.subtract(_value(lines, INCOME), _value(lines, COST_OF_SALES))
        operating = EXACT.subtract(gross, _value(lines, EXPENSES))
        other = EXACT.subtract(_value(lines, OTHER_INCOME), _value(lines, OTHER_EXPENSES))
        yield ProfitAndLossPeriod(
            gross_profit=gross,
            net_operating_profit=operating,
            net_other_income=other,
            net_profit=EXACT.add(operating, other),
            from_date=midnight(column.end.replace(day=1)),
            to_date=midnight(column.end),
            **lines,
        )


def _lines(statement: Statement, column: Column) -> dict[str, ReportLine]:
    """Show each kind with its parts, under the kind's own name."""
    return {
        kind: _summed(
            kind.replace("_", " ").capitalize(), tuple(part.line(column.index) for part in parts)
        )
        for kind, parts in statement.parts.items()
    }


def _value(lines: Mapping[str, ReportLine], kind: str) -> Decimal:
    return lines[kind].value if kind in lines else ZERO


def _summed(name: str | None, items: tuple[ReportLine, ...]) -> ReportLine:
    return ReportLine(value=summed(item.value for item in items), name=name, items=items)
