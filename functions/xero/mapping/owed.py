"""What contacts owe and are owed, as Xero says: by contact, and by document of one of them.

Xero's amounts are not converted: they add up what is in several currencies.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from functions.xero import native
from functions.xero.mapping.ledger import amount_in, column_of
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.figures import Figure
from shared_code.mapping.exact import ZERO
from shared_code.mapping.reading import reads

_OPENING = "Opening Balance"


@reads(native.ContactBalances)
def receivable(contact: native.ContactBalances, _: Lookups) -> list[Figure]:
    """Read what a customer owes."""
    told = contact.balances
    return [*_owed(contact, told.accounts_receivable if told else None)]


@reads(native.ContactBalances)
def payable(contact: native.ContactBalances, _: Lookups) -> list[Figure]:
    """Read what a supplier is owed."""
    told = contact.balances
    return [*_owed(contact, told.accounts_payable if told else None)]


def _owed(contact: native.ContactBalances, told: native.Owed | None) -> Iterator[Figure]:
    """Nothing for whom nothing is open."""
    if told and (told.outstanding or told.overdue):
        yield Figure(
            contact.contact_id, contact.name, told.outstanding or ZERO, overdue=told.overdue or ZERO
        )


@reads(native.Report)
def aged(report: native.Report, _: Lookups) -> list[Figure]:
    """Read what is left to pay of each document of a contact, and of what came before them all."""
    due_on, due = column_of(report, "Due Date"), column_of(report, "Due")
    rows = [row for section in report.sections for row in section.rows if row.row_type == "Row"]
    return [
        Figure(row.document_id or "", _name(row), amount_in(row, due), due=_day(row, due_on))
        for row in rows
        if row.document_id or _name(row) == _OPENING
    ]


def _name(row: native.Row) -> str | None:
    return row.cells[1].value if len(row.cells) > 1 else None


def _day(row: native.Row, column: int) -> date | None:
    text = row.cells[column].value if column < len(row.cells) else None
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise Reject("Report cannot be read: a due date is none") from None
