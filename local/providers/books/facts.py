"""Facts computed from a book: the truth that what was synced is compared with."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from local.providers.books.book import Book
from local.providers.books.model import ZERO, Contact, Document, cents
from local.providers.books.owed import Balance
from local.providers.books.postings import base_outstanding, base_total, trial_balance


def _balance(documents: Iterable[Document], today: date) -> Balance:
    """Sum in the base currency."""
    outstanding = overdue = ZERO
    for document in documents:
        amount = base_outstanding(document)
        outstanding += -amount if document.kind.is_credit else amount
        if not document.kind.is_credit and document.due_on < today:
            overdue += amount
    return Balance(outstanding, overdue)


def sides(book: Book, contact: Contact) -> tuple[bool, bool]:
    """Tell whether a contact has been a customer and whether a supplier."""
    kinds = {book.document(each).kind.is_sale for each in book.documents_of.get(contact.id, ())}
    return True in kinds, False in kinds


def summary(book: Book, today: date) -> dict[str, object]:
    """Compute counts, receivables, payables and the trial balance; amounts are strings."""
    documents = list(book.documents())
    receivable = _balance((each for each in documents if each.kind.is_sale), today)
    payable = _balance((each for each in documents if not each.kind.is_sale), today)
    balance = trial_balance(book)
    return {
        "counts": counts(book),
        "receivables": str(receivable.outstanding),
        "receivablesOverdue": str(receivable.overdue),
        "payables": str(payable.outstanding),
        "payablesOverdue": str(payable.overdue),
        "outstandingByCurrency": outstanding_by_currency(documents),
        "invoicedInBase": {
            kind: str(_posted_total(documents, kind)) for kind in ("invoice", "bill")
        },
        "trialBalance": {code: str(cents(amount)) for code, amount in balance.items()},
        "trialBalanceSum": str(sum(balance.values(), ZERO)),
    }


def counts(book: Book) -> dict[str, object]:
    """Count records; documents by kind and status, `total` all invoices and bills."""
    documents = Counter(f"{each.kind}:{each.status}" for each in book.documents())
    return {
        "total": len(book.invoices),
        "documents": dict(sorted(documents.items())),
        "accounts": len(book.accounts),
        "contacts": len(book.contacts),
        "archivedContacts": sum(contact.is_archived for contact in book.contacts),
        "items": len(book.items),
        "payments": len(book.payments),
        "deletedPayments": sum(payment.is_deleted for payment in book.payments),
        "taxRates": len(book.tax_rates),
    }


def outstanding_by_currency(documents: Iterable[Document]) -> dict[str, dict[str, str]]:
    """Sum what posted documents still owe, by kind and currency, in that currency."""
    sums: dict[str, dict[str, Decimal]] = {}
    for document in documents:
        if document.status.is_posted:
            by_currency = sums.setdefault(document.kind, {})
            before = by_currency.get(document.currency, ZERO)
            by_currency[document.currency] = before + document.outstanding
    return {
        str(kind): {currency: str(amount) for currency, amount in sorted(by_currency.items())}
        for kind, by_currency in sorted(sums.items())
    }


def _posted_total(documents: Iterable[Document], kind: str) -> Decimal:
    posted = (each for each in documents if each.kind == kind and each.status.is_posted)
    return sum((base_total(each) for each in posted), ZERO)
