"""What a reader should have of a book by now, in the words of the public contract.

Records that are there, by data type and id, with their amounts by property. Deleted ones are left
out; a voided document is still one. Providers tell it with what is their own: the codes of tax
rates, what they do not list.
"""

from collections.abc import Callable, Iterable, Mapping

from local.providers.books.book import Book, Stamped
from local.providers.books.kinds import is_gone
from local.providers.books.model import (
    ZERO,
    Document,
    DocumentKind,
    DocumentStatus,
    Item,
    Transfer,
)
from local.providers.books.postings import trial_balance

Amounts = dict[str, str]
"""Amounts as text, by property; dots lead to what lies inside another."""

Records = dict[str, Amounts]

Truth = dict[str, Records]


def truth(book: Book) -> Truth:
    """Tell all data types of a book that every provider would tell alike."""
    return {data_type: tell(book) for data_type, tell in _TYPES.items()}


def there(record: object) -> bool:
    """Whether a record is still there."""
    return not is_gone(record)


def _documents(kind: DocumentKind) -> Callable[[Book], Records]:
    def tell(book: Book) -> Records:
        found = (*book.invoices, *book.credits, *book.orders)
        return {each.id: amounts(each) for each in found if each.kind is kind and there(each)}

    return tell


def amounts(of: Document) -> Amounts:
    """Tell a document's amounts; a bill's tax, and what is left, have names of their own."""
    told = {
        "subTotal": str(of.net),
        _TAXES.get(of.kind, "totalTaxAmount"): str(of.tax),
        "totalAmount": str(of.total),
    }
    if of.kind.is_credit:
        told["remainingCredit"] = str(of.outstanding)
    if of.kind in (DocumentKind.INVOICE, DocumentKind.BILL):
        told["amountDue"] = str(of.outstanding)
    return told


_WITH_OWN_TAX = (DocumentKind.BILL, DocumentKind.RECEIVED, DocumentKind.SPENT)
_TAXES = dict.fromkeys(_WITH_OWN_TAX, "taxAmount")


def _direct(kind: DocumentKind) -> Callable[[Book], Records]:
    """Money that moved without a document: these have no status, so what is void is gone."""

    def tell(book: Book) -> Records:
        mine = [each for each in book.bank_transactions if each.kind is kind and there(each)]
        return {each.id: amounts(each) for each in mine if each.status is not DocumentStatus.VOIDED}

    return tell


def _transfer(of: Transfer) -> Amounts:
    return {"from.amount": str(of.amount), "to.amount": str(of.amount)}


def _payments(book: Book, *, received: bool) -> Records:
    """Payments for what was sold, or for what was bought; money that was paid back is negative."""
    documents = {each.id: book.document(each.document_id) for each in book.payments if there(each)}
    return {
        each.id: {"totalAmount": str(-each.amount if paid.kind.is_credit else each.amount)}
        for each in book.payments
        if (paid := documents.get(each.id)) and paid.kind.is_sale is received
    }


def _prices(of: Item) -> Amounts:
    prices = {"invoiceItem": of.sale_price, "billItem": of.purchase_price}
    return {f"{side}.unitPrice": str(price) for side, price in prices.items() if price is not None}


def _ids(records: Iterable[Stamped]) -> Records:
    return {each.id: {} for each in records}


def _ledger(book: Book) -> Records:
    balances = trial_balance(book)
    return {each.id: {"balance": str(balances.get(each.code, ZERO))} for each in book.accounts}


_TYPES: Mapping[str, Callable[[Book], Records]] = {
    "company": lambda _: {"single": {}},
    "chartOfAccounts": lambda book: _ids(book.accounts),
    "bankAccounts": lambda book: _ids(each for each in book.accounts if each.bank_number),
    "items": lambda book: {each.id: _prices(each) for each in book.items},
    "customers": lambda book: _ids(book.contacts),
    "suppliers": lambda book: _ids(book.contacts),
    "invoices": _documents(DocumentKind.INVOICE),
    "bills": _documents(DocumentKind.BILL),
    "creditNotes": _documents(DocumentKind.CREDIT_NOTE),
    "billCreditNotes": _documents(DocumentKind.SUPPLIER_CREDIT),
    "payments": lambda book: _payments(book, received=True),
    "billPayments": lambda book: _payments(book, received=False),
    "directCosts": _direct(DocumentKind.SPENT),
    "directIncomes": _direct(DocumentKind.RECEIVED),
    "purchaseOrders": _documents(DocumentKind.ORDER),
    "transfers": lambda book: {each.id: _transfer(each) for each in filter(there, book.transfers)},
    "ledger": _ledger,
}
