"""The sales and purchase ledgers: what was booked on each document of a contact, up to a day.

It is added up from the documents, payments and allocations themselves, in each document's own
currency, and held against the ledger's control accounts by a test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from local.providers.books.book import Book
from local.providers.books.model import ZERO, Document


@dataclass(frozen=True, slots=True)
class Open:
    """A document as it stood on a day; credits are negative."""

    document: Document
    total: Decimal
    paid: Decimal
    credited: Decimal

    @property
    def due(self) -> Decimal:
        """Give what was left."""
        return self.total - self.paid - self.credited

    def is_overdue(self, today: date) -> bool:
        """Tell whether it should have been paid before a day; credits never."""
        return not self.document.kind.is_credit and self.document.due_on < today


@dataclass(frozen=True, slots=True)
class Balance:
    """What a side of a contact comes to, whatever the currencies; credits count against it."""

    outstanding: Decimal = ZERO
    overdue: Decimal = ZERO


def standing(book: Book, contact_id: str, *, sales: bool, until: date = date.max) -> Iterator[Open]:
    """Give a contact's posted documents of a side as they stood at the end of a day."""
    for document_id in sorted(book.documents_of.get(contact_id, ())):
        document = book.document(document_id)
        posted = document.status.is_posted and document.issued_on <= until
        if posted and document.kind.is_sale == sales:
            yield _open(document, until)


def balances(book: Book, contact_id: str, today: date) -> tuple[Balance, Balance]:
    """Give the receivable and the payable balance of a contact."""
    return _balance(book, contact_id, today, sales=True), _balance(
        book, contact_id, today, sales=False
    )


def _balance(book: Book, contact_id: str, today: date, *, sales: bool) -> Balance:
    found = list(standing(book, contact_id, sales=sales))
    overdue = (each.due for each in found if each.is_overdue(today))
    return Balance(sum((each.due for each in found), ZERO), sum(overdue, ZERO))


def _open(document: Document, until: date) -> Open:
    sign = -1 if document.kind.is_credit else 1
    payments = (each.amount for each in document.payments if each.paid_on <= until)
    credits_ = (each.amount for each in document.allocations if each.allocated_on <= until)
    total = sum((line.net + line.tax for line in document.lines), ZERO)
    return Open(document, sign * total, sign * sum(payments, ZERO), sign * sum(credits_, ZERO))
