"""What each of Xero's resources offers: where its records are, how they are told and filtered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from local.providers.books.book import Book, Timeline
from local.providers.books.ledger import ledger_of
from local.providers.books.model import ZERO
from local.providers.xero import banking, codes, documents, journals, shapes
from local.providers.xero.shapes import FULL, Detail, Record, Standing

# A resource's records have one type, but the table of all resources has many.
Native = Any
Getter = Callable[[Native], object]

READ_SETTINGS = frozenset({"accounting.settings", "accounting.settings.read"})
READ_CONTACTS = frozenset({"accounting.contacts", "accounting.contacts.read"})
READ_TRANSACTIONS = frozenset({"accounting.transactions", "accounting.transactions.read"})
READ_INVOICES = READ_TRANSACTIONS | {"accounting.invoices", "accounting.invoices.read"}
READ_BANK = READ_TRANSACTIONS | {
    "accounting.banktransactions",
    "accounting.banktransactions.read",
}
READ_MANUAL_JOURNALS = READ_TRANSACTIONS | {
    "accounting.manualjournals",
    "accounting.manualjournals.read",
}
READ_JOURNALS = frozenset({"accounting.journals.read"})
READ_PAYMENTS = READ_TRANSACTIONS | {"accounting.payments", "accounting.payments.read"}


@dataclass(frozen=True, slots=True)
class Telling:
    """What a shape needs to know beside the record."""

    book: Book
    today: date
    detail: Detail = FULL
    single: bool = False
    slip: Decimal = ZERO
    """By how much what contacts owe is wrong."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection of the API.

    `fields` are what `where` and `order` may name; `key` finds a record by the text in its path.
    """

    name: str
    scopes: frozenset[str]
    records: Callable[[Book], Iterable[Native]]
    tell: Callable[[Native, Telling], Record]
    fields: Mapping[str, Getter]
    key: Callable[[Native], tuple[str, ...]]
    is_paged: bool = False
    cut: Callable[[Sequence[Native], Mapping[str, str]], Sequence[Native]] | None = None
    """How a list is cut that has no pages; raises ValueError."""
    has_summaries: bool = False
    has_modified_since: bool = True
    statuses: Getter | None = None
    contact: Getter | None = None
    is_archived: Getter = field(default=lambda _: False)

    def find(self, book: Book, key: str) -> Native | None:
        """Find a record by id, or by the number or code that Xero takes in its place."""
        records = self.records(book)
        if isinstance(records, Timeline) and (record := records.get(key.lower())) is not None:
            return record
        return next((each for each in records if key in self.key(each)), None)


def _updated(record: Native) -> datetime:
    return record.updated_at  # type: ignore[no-any-return]


def _document_fields(id_name: str, number_name: str, credited: str) -> dict[str, Getter]:
    return {
        id_name: lambda each: each.id,
        number_name: lambda each: each.number,
        "Type": lambda each: codes.DOCUMENT_TYPES[each.kind],
        "Status": lambda each: codes.DOCUMENT_STATUSES[each.status],
        "Reference": lambda each: each.reference,
        "Date": lambda each: each.issued_on,
        "DueDate": lambda each: each.due_on,
        "UpdatedDateUTC": _updated,
        "Contact.ContactID": lambda each: each.contact_id,
        "CurrencyCode": lambda each: each.currency,
        "SubTotal": lambda each: each.net,
        "TotalTax": lambda each: each.tax,
        "Total": lambda each: each.total,
        "AmountPaid": lambda each: each.paid,
        credited: lambda each: each.outstanding,
    }


def _advances(name: str, id_name: str, records: Callable[[Book], Iterable[Native]]) -> Resource:
    """Overpayments and prepayments: what money made, to be set against documents."""
    return Resource(
        name=name,
        scopes=READ_INVOICES | READ_BANK,
        records=records,
        tell=lambda each, telling: documents.advance(telling.book, each, telling.detail),
        fields={
            id_name: lambda each: each.id,
            "Type": lambda each: codes.DOCUMENT_TYPES[each.kind],
            "Status": lambda each: codes.DOCUMENT_STATUSES[each.status],
            "Date": lambda each: each.issued_on,
            "RemainingCredit": lambda each: each.outstanding,
            "UpdatedDateUTC": _updated,
        },
        key=lambda each: (each.id,),
        is_paged=True,
        has_summaries=True,
    )


ORGANISATION = Resource(
    name="Organisations",
    scopes=READ_SETTINGS,
    records=lambda book: (book.organisation,),
    tell=lambda each, _: shapes.organisation(each),
    fields={"Name": lambda each: each.name},
    key=lambda each: (each.id,),
    has_modified_since=False,
)
ACCOUNTS = Resource(
    name="Accounts",
    scopes=READ_SETTINGS,
    records=lambda book: book.accounts,
    tell=lambda each, _: shapes.account(each),
    fields={
        "AccountID": lambda each: each.id,
        "Code": lambda each: each.code,
        "Name": lambda each: each.name,
        "Type": lambda each: codes.ACCOUNT_TYPES[each.kind],
        "Class": lambda each: codes.ACCOUNT_CLASSES[each.kind],
        "Status": lambda each: "ARCHIVED" if each.is_archived else "ACTIVE",
        "TaxType": lambda each: codes.TAX_TYPES[each.tax_code],
        "UpdatedDateUTC": _updated,
    },
    key=lambda each: (each.id, each.code),
)
CONTACTS = Resource(
    name="Contacts",
    scopes=READ_CONTACTS,
    records=lambda book: book.contacts,
    tell=lambda each, telling: shapes.contact(
        telling.book, each, at=Standing(telling.today, telling.slip), detail=telling.detail
    ),
    fields={
        "ContactID": lambda each: each.id,
        "Name": lambda each: each.name,
        "FirstName": lambda each: each.first_name,
        "LastName": lambda each: each.last_name,
        "EmailAddress": lambda each: each.email,
        "AccountNumber": lambda each: each.account_number,
        "CompanyNumber": lambda each: each.company_number,
        "ContactStatus": lambda each: "ARCHIVED" if each.is_archived else "ACTIVE",
        "UpdatedDateUTC": _updated,
    },
    key=lambda each: (each.id, each.account_number),
    is_paged=True,
    is_archived=lambda each: each.is_archived,
)
INVOICES = Resource(
    name="Invoices",
    scopes=READ_INVOICES,
    records=lambda book: book.invoices,
    tell=lambda each, telling: documents.invoice(telling.book, each, telling.detail),
    fields=_document_fields("InvoiceID", "InvoiceNumber", "AmountDue"),
    key=lambda each: (each.id, each.number),
    is_paged=True,
    has_summaries=True,
    statuses=lambda each: codes.DOCUMENT_STATUSES[each.status],
    contact=lambda each: each.contact_id,
)
CREDIT_NOTES = Resource(
    name="CreditNotes",
    scopes=READ_INVOICES,
    records=lambda book: book.credits,
    tell=lambda each, telling: documents.credit_note(telling.book, each, telling.detail),
    fields=_document_fields("CreditNoteID", "CreditNoteNumber", "RemainingCredit"),
    key=lambda each: (each.id, each.number),
    is_paged=True,
    has_summaries=True,
)
PAYMENTS = Resource(
    name="Payments",
    scopes=READ_PAYMENTS,
    records=lambda book: book.payments,
    tell=lambda each, telling: documents.payment(telling.book, each, full=telling.single),
    fields={
        "PaymentID": lambda each: each.id,
        "Invoice.InvoiceID": lambda each: each.document_id,
        "Status": lambda each: "DELETED" if each.is_deleted else "AUTHORISED",
        "Date": lambda each: each.paid_on,
        "Amount": lambda each: each.amount,
        "Reference": lambda each: each.reference,
        "IsReconciled": lambda each: each.is_reconciled,
        "UpdatedDateUTC": _updated,
    },
    key=lambda each: (each.id,),
    is_paged=True,
)
OVERPAYMENTS = _advances("Overpayments", "OverpaymentID", lambda book: book.overpayments)
PREPAYMENTS = _advances("Prepayments", "PrepaymentID", lambda book: book.prepayments)
BANK_TRANSACTIONS = Resource(
    name="BankTransactions",
    scopes=READ_BANK,
    records=lambda book: book.bank_transactions,
    tell=lambda each, telling: banking.bank_transaction(telling.book, each, telling.detail),
    fields={
        "BankTransactionID": lambda each: each.id,
        "Type": lambda each: codes.DOCUMENT_TYPES[each.kind],
        "Status": lambda each: codes.DOCUMENT_STATUSES[each.status],
        "Date": lambda each: each.issued_on,
        "Total": lambda each: each.total,
        "IsReconciled": lambda each: each.is_reconciled,
        "UpdatedDateUTC": _updated,
    },
    key=lambda each: (each.id,),
    is_paged=True,
    has_summaries=True,
)
BANK_TRANSFERS = Resource(
    name="BankTransfers",
    scopes=READ_BANK,
    records=lambda book: book.transfers,
    tell=lambda each, telling: banking.bank_transfer(telling.book, each),
    fields={
        "BankTransferID": lambda each: each.id,
        "Amount": lambda each: each.amount,
        "Date": lambda each: each.moved_on,
        "CreatedDateUTC": _updated,
    },
    key=lambda each: (each.id,),
)
PURCHASE_ORDERS = Resource(
    name="PurchaseOrders",
    scopes=READ_INVOICES,
    records=lambda book: book.orders,
    tell=lambda each, telling: banking.purchase_order(telling.book, each, telling.detail),
    fields={
        "PurchaseOrderID": lambda each: each.id,
        "PurchaseOrderNumber": lambda each: each.number,
        "Status": lambda each: codes.ORDER_STATUSES[each.status],
        "Date": lambda each: each.issued_on,
        "Total": lambda each: each.total,
        "UpdatedDateUTC": _updated,
    },
    key=lambda each: (each.id, each.number),
    is_paged=True,
)
MANUAL_JOURNALS = Resource(
    name="ManualJournals",
    scopes=READ_MANUAL_JOURNALS,
    records=lambda book: book.manual_journals,
    tell=lambda each, telling: journals.manual_journal(telling.book, each),
    fields={
        "ManualJournalID": lambda each: each.id,
        "Status": lambda each: "DRAFT" if each.is_draft else "POSTED",
        "Date": lambda each: each.posted_on,
        "UpdatedDateUTC": _updated,
    },
    key=lambda each: (each.id,),
    is_paged=True,
)
JOURNALS = Resource(
    name="Journals",
    scopes=READ_JOURNALS,
    records=lambda book: ledger_of(book).journals,
    tell=lambda each, telling: journals.journal(telling.book, each),
    fields={},
    key=lambda each: (str(each.number),),
    cut=journals.after_offset,
    has_modified_since=False,
)
ITEMS = Resource(
    name="Items",
    scopes=READ_SETTINGS,
    records=lambda book: book.items,
    tell=lambda each, telling: shapes.item(each, telling.detail),
    fields={
        "ItemID": lambda each: each.id,
        "Code": lambda each: each.code,
        "Name": lambda each: each.name,
        "IsSold": lambda each: each.sale_price is not None,
        "IsPurchased": lambda each: each.purchase_price is not None,
        "UpdatedDateUTC": _updated,
    },
    key=lambda each: (each.id, each.code),
)
TAX_RATES = Resource(
    name="TaxRates",
    scopes=READ_SETTINGS,
    records=lambda book: book.tax_rates.values(),
    tell=lambda each, _: shapes.tax_rate(each),
    fields={
        "Name": lambda each: each.name,
        "TaxType": lambda each: codes.TAX_TYPES[each.code],
        "Status": lambda _: "ACTIVE",
        "EffectiveRate": lambda each: each.percent,
    },
    key=lambda each: (codes.TAX_TYPES[each.code],),
    has_modified_since=False,
)
TRACKING_CATEGORIES = Resource(
    name="TrackingCategories",
    scopes=READ_SETTINGS,
    records=lambda book: (book,),
    tell=lambda each, _: shapes.tracking_category(each),
    fields={"Name": lambda each: each.tracking_category[1]},
    key=lambda each: (each.tracking_category[0],),
    has_modified_since=False,
)

# By the segment in the address: the organisation's is singular, its collection plural.
RESOURCES = {
    resource.name: resource
    for resource in (
        ACCOUNTS,
        CONTACTS,
        INVOICES,
        CREDIT_NOTES,
        OVERPAYMENTS,
        PREPAYMENTS,
        PAYMENTS,
        BANK_TRANSACTIONS,
        BANK_TRANSFERS,
        PURCHASE_ORDERS,
        MANUAL_JOURNALS,
        JOURNALS,
        ITEMS,
        TAX_RATES,
        TRACKING_CATEGORIES,
    )
} | {"Organisation": ORGANISATION}
