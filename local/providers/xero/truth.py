"""What a reader of Xero should have of a book: ids of its own, and credits that money made."""

from collections.abc import Iterator

from local.providers.books import truth as books
from local.providers.books.book import Book
from local.providers.books.model import Document
from local.providers.xero import codes


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
    return {**told, "taxRates": _rates(book), "trackingCategories": _tracking(book)}


def _there(*documents: Document) -> Iterator[Document]:
    return filter(books.there, documents)


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
