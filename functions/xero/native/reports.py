"""Xero's reports: rows of cells, all of them text."""

from __future__ import annotations

from pydantic import Field

from functions.xero.native.reading import Instant, Native, Text


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
    def account_id(self) -> str | None:
        """The account that the row is about."""
        return self._about("account", "accountID")

    @property
    def document_id(self) -> str | None:
        """The invoice or bill that the row is about."""
        return self._about("invoiceID")

    def _about(self, *words: str) -> str | None:
        marks = [mark for cell in self.cells for mark in cell.attributes or ()]
        return next((each.value for each in marks if each.id in words), None)


class Report(Native):
    """A report as it was made at a moment."""

    report_type: Text = None
    updated_date_utc: Instant = None
    rows: list[Row] = Field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """What the figures of a row are called."""
        heads = [row for row in self.rows if row.row_type == "Header"]
        return [cell.value or "" for row in heads[:1] for cell in row.cells[1:]]

    @property
    def sections(self) -> list[Row]:
        """The parts of the report."""
        return [row for row in self.rows if row.row_type == "Section"]
