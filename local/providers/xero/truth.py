"""What a reader of Xero should have of a book.

Ids of its own, credits that money made, what moved at the bank, and journals.
"""

from collections.abc import Iterator

from local.providers.books import truth as books
from local.providers.books.book import Book
from local.providers.books.ledger import Journal, ledger_of
from local.providers.books.model import Document, DocumentKind
from local.providers.xero import codes
from local.providers.xero.journals import journal_id


def truth(book: Book) -> books.Truth:
    """Tell all data types of a book that can be compared."""
    told = books.truth(book)
    for credit in _there(*book.overpayments, *book.prepayments):
        side = "creditNotes" if credit.kind.is_sale else "billCreditNotes"
        told[side][credit.id] = books.amounts(credit)
    for moved in _there(*book.bank_transactions):
        if moved.kind.is_advance:
            side = "payments" if moved.kind.is_sale else "billPayments"
            told[side][moved.id] = {"totalAmount": str(moved.total)}
    return {
        **told,
        "taxRates": _rates(book),
        "trackingCategories": _tracking(book),
        "accountTransactions": _movements(book),
        "journals": {book.organisation.id: {}},
        "journalEntries": _entries(book),
    }


def _there(*documents: Document) -> Iterator[Document]:
    return filter(books.there, documents)


def _movements(book: Book) -> books.Records:
    """What payments and bank transactions moved on an account at a bank: in is positive."""
    paid = {each.id: (each, book.document(each.document_id).kind) for each in book.payments}
    moved = {
        name: payment.bank_amount if kind.is_sale is not kind.is_credit else -payment.bank_amount
        for name, (payment, kind) in paid.items()
        if books.there(payment)
    }
    for each in _there(*book.bank_transactions):
        comes_in = each.kind.is_sale or each.kind is DocumentKind.TRANSFER_IN
        moved[each.id] = each.total if comes_in else -each.total
    return {name: {"totalAmount": str(amount)} for name, amount in moved.items()}


def _entries(book: Book) -> books.Records:
    return {journal_id(book, each): _posted(each) for each in ledger_of(book).journals}


def _posted(journal: Journal) -> books.Amounts:
    postings = enumerate(journal.entry.postings)
    return {f"journalLines.{place}.netAmount": str(each.amount) for place, each in postings}


def _rates(book: Book) -> books.Records:
    """Tax rates, which have no ids, by their types."""
    return {
        codes.TAX_TYPES[each.code]: {"effectiveTaxRate": str(each.percent)}
        for each in book.tax_rates.values()
    }


def _tracking(book: Book) -> books.Records:
    """Categories and their options alike."""
    category_id, _ = book.tracking_category
    return {each: {} for each in (category_id, *(option.id for option in book.tracking_options))}
