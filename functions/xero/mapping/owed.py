"""What contacts owe and are owed, as Xero says: by contact, and by document of one of them.

Xero's amounts are not converted: they add up what is in several currencies.
"""

from __future__ import annotations

from functions.xero import native
from shared_code.figures import Figure
from shared_code.mapping.books import Books
from shared_code.mapping.exact import ZERO
from shared_code.mapping.reading import reads


@reads(native.ContactBalances)
def receivable(contact: native.ContactBalances, _: Books) -> list[Figure]:
    """Read what a customer owes."""
    return _owed(contact, (contact.balances or native.Balances()).accounts_receivable)


@reads(native.ContactBalances)
def payable(contact: native.ContactBalances, _: Books) -> list[Figure]:
    """Read what a supplier is owed."""
    return _owed(contact, (contact.balances or native.Balances()).accounts_payable)


def _owed(contact: native.ContactBalances, told: native.Owed | None) -> list[Figure]:
    """Nothing for whom nothing is open."""
    if told is None or not (told.outstanding or told.overdue):
        return []
    owed, overdue = told.outstanding or ZERO, told.overdue or ZERO
    return [Figure(contact.contact_id, contact.name, owed, overdue=overdue)]


@reads(native.Report)
def aged(report: native.Report, _: Books) -> list[Figure]:
    """Read what is left to pay of each document of a contact, and of what came before them all."""
    table, number = report.table, 0
    due_on, due = table.column("Due Date"), table.column("Due")
    return [
        Figure(row.document_id or "", row.text(number), row.amount(due), due=row.day(due_on))
        for section in report.sections
        for row in section.rows
        if row.row_type == "Row" and (row.document_id or row.text(number) == "Opening Balance")
    ]
