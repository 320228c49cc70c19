"""What Xero's reports are made of: what they are asked for, and rows of cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from local.providers.books.book import Book
from local.providers.books.model import ZERO
from local.providers.xero.shapes import Record


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for; parameter names in any case."""

    book: Book
    parameters: Mapping[str, str]
    today: date
    slip: Decimal = ZERO
    """By how much the report's first figure is wrong."""

    def day(self, name: str, default: date) -> date:
        """Read a day; raises ValueError."""
        text = self.text(name)
        return date.fromisoformat(text) if text else default

    @property
    def periods(self) -> int:
        """Count the columns: the one that is asked for and those it is compared with."""
        return 1 + int(self.text("periods") or 0)

    def text(self, name: str) -> str:
        """Read a text; an empty one for what was not given."""
        given = {key.lower(): value for key, value in self.parameters.items()}
        return given.get(name.lower(), "")


def header(texts: Iterable[str]) -> Record:
    """Head the columns."""
    return {"RowType": "Header", "Cells": [{"Value": text} for text in texts]}


def marker(title: str) -> Record:
    """Head the sections that follow."""
    return group(title, [])


def group(title: str, rows: list[Record]) -> Record:
    """Put rows into a section."""
    return {"RowType": "Section", "Title": title, "Rows": rows}


def cells(row_type: str, title: str, amounts: Iterable[object]) -> Record:
    """Make a row that is about nothing in particular."""
    texts = [title, *(str(each) for each in amounts)]
    return {"RowType": row_type, "Cells": [{"Value": text} for text in texts]}


def row(name: str, about: str, texts: Iterable[str], attribute: str = "account") -> Record:
    """Make a row about an account, or about something else by its attribute."""
    marks = [{"Value": about, "Id": attribute}]
    return {
        "RowType": "Row",
        "Cells": [{"Value": text, "Attributes": marks} for text in (name, *texts)],
    }
