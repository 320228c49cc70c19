"""Xero's reports: rows of cells, all of them text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from pydantic import Field

from functions.xero.native.reading import Instant, Native, Text
from shared_code.errors import Reject
from shared_code.figures import Figure
from shared_code.mapping import statements
from shared_code.mapping.books import Accounts
from shared_code.mapping.exact import figure_in
from shared_code.mapping.tables import Table


class Attribute(Native):
    """What a cell is about, such as an account."""

    id: Text = Field(default=None, alias="Id")
    value: Text = None


class Cell(Native):
    """A figure, or the name of a row."""

    value: Text = None
    attributes: list[Attribute] | None = None


class Row(Native):
    """A row, or a section, which has rows."""

    row_type: Text = None
    title: Text = None
    cells: list[Cell] = Field(default_factory=list)
    rows: list[Row] = Field(default_factory=list)

    @property
    def name(self) -> str | None:
        """What the row is called."""
        return self.cells[0].value if self.cells else None

    def text(self, column: int) -> str | None:
        """What the row has in a column."""
        cells = self.cells[column + 1 : column + 2]
        return cells[0].value if cells else None

    def amount(self, column: int) -> Decimal:
        """The figure in a column, which is nought where there is none; `Reject` if it is none."""
        return figure_in(self.text(column))

    def day(self, column: int) -> date | None:
        """The day in a column; `Reject` if it is none."""
        text = self.text(column)
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            raise Reject("Report cannot be read: a due date is none") from None

    @property
    def account_id(self) -> str | None:
        """The account that the row is about."""
        return self._about("account", "accountID")

    @property
    def document_id(self) -> str | None:
        """The invoice or bill that the row is about."""
        return self._about("invoiceID")

    @property
    def accounts(self) -> list[Row]:
        """The rows of a section that are about accounts."""
        return [row for row in self.rows if row.row_type == "Row" and row.account_id]

    @property
    def part(self) -> statements.Row:
        """A section, as a part of a statement."""
        return statements.Row(self.title, rows=[row.account for row in self.accounts])

    @property
    def account(self) -> statements.Row:
        """A row that is about an account, as one of a statement."""
        figures = [cell.value for cell in self.cells[1:]]
        return statements.Row(self.name, self.account_id, figures)

    def _about(self, *words: str) -> str | None:
        marks = [mark for cell in self.cells for mark in cell.attributes or ()]
        return next((each.value for each in marks if each.id in words), None)


class Report(Native, statements.ToldReport):
    """A report as it was made at a moment."""

    report_type: Text = None
    made: Instant = Field(default=None, alias="UpdatedDateUTC")
    rows: list[Row] = Field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """What the figures of a row are called."""
        heads = [row for row in self.rows if row.row_type == "Header"]
        return [cell.value or "" for row in heads[:1] for cell in row.cells[1:]]

    @property
    def parts(self) -> list[statements.Row]:
        """Its sections, as parts of a statement."""
        return [section.part for section in self.sections]

    @property
    def sections(self) -> list[Row]:
        """The parts of the report."""
        return [row for row in self.rows if row.row_type == "Section"]

    @property
    def table(self) -> Table:
        """Its columns, and all rows that are about accounts."""
        rows = [row.account for section in self.sections for row in section.accounts]
        return Table(self.columns, rows)


class TrialBalance(Report):
    """What each account comes to: of income and expenses, in the year so far."""

    def figures(self, accounts: Accounts) -> list[Figure]:
        """Its rows, as figures; `Reject` if they cannot be read."""
        return self.table.trial_balance("YTD Debit", "YTD Credit", accounts)

    @property
    def balances(self) -> Mapping[str, Decimal]:
        """What each account comes to, by id."""
        return {each.id: each.amount for each in self.figures(Accounts())}
