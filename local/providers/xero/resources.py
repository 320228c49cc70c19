"""What each of Xero's resources offers: where its records are, how they are told and filtered."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.responses import Response

from local.providers.books.book import Book
from local.providers.books.files import pdf_of
from local.providers.books.kinds import is_gone
from local.providers.books.ledger import ledger_of
from local.providers.books.model import Document
from local.providers.kit.declared import Resource, Telling, changed_at, id_of
from local.providers.kit.files import Files
from local.providers.kit.filters import Among, Filter, Holding, InOrder, Since, Unless
from local.providers.kit.paging import Numbered, Pages, Size, WhenAsked
from local.providers.xero import banking, codes, documents, journals, shapes
from local.providers.xero.answers import alone, envelope, head
from local.providers.xero.shapes import FULL, LIGHT, LISTED, Detail, Standing
from local.providers.xero.where import Where

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


SINCE = Since("If-Modified-Since", "header", whole_seconds=True)
IDS = Among("IDs", id_of, any_case=True)
PAGES = WhenAsked(Pages(Size("pageSize", 100, 1_000, refuses=True)), ("page", "pageSize"))
FILES = Files(
    path="Attachments",
    scopes=frozenset({"accounting.attachments", "accounting.attachments.read"}),
    envelope=lambda told, asked: {**head(asked.now), "Attachments": told},
    shape=lambda file, url: {
        "AttachmentID": file.id,
        "FileName": file.name,
        "Url": url,
        "MimeType": file.media_type,
        "ContentLength": len(file.content),
        "IncludeOnline": file.sent_along,
    },
)


def _listed(
    name: str,
    scopes: frozenset[str],
    fields: Mapping[str, Getter],
    **differs: Any,  # noqa: ANN401
) -> Resource:
    """A list that can be filtered and sorted by some fields; what differs is the kit's own."""
    filters: tuple[Filter, ...] = (*differs.pop("filters", (SINCE, IDS)), Where(fields))
    usual: dict[str, Any] = {
        "name": name,
        "path": f"/{name}",
        "envelope": envelope(name),
        "single": alone(name),
    }
    given = {**usual, **differs}
    return Resource(scopes=scopes, filters=(*filters, InOrder("order", fields)), **given)


def _numbered(each: Native) -> tuple[str, ...]:
    return (each.number,)


def detail_of(telling: Telling, *, summaries: bool = True) -> Detail:
    """Decide how much is told: lists without a page have no lines, `summaryOnly` even less."""
    if telling.asked is None:
        return FULL
    params = telling.asked.params
    if params.get("summaryOnly", "").lower() == "true":
        return LIGHT
    in_full = telling.single or "page" in params or "pageSize" in params
    if summaries and not in_full:
        return LISTED
    return Detail(unit_places=4) if params.get("unitdp") == "4" else FULL


def _pdf(of: Document) -> Response:
    return Response(pdf_of(of), media_type="application/pdf")


AS_PDF = {"application/pdf": _pdf}


def _document_fields(id_name: str, number_name: str, credited: str) -> dict[str, Getter]:
    return {
        id_name: lambda each: each.id,
        number_name: lambda each: each.number,
        "Type": lambda each: codes.DOCUMENT_TYPES[each.kind],
        "Status": lambda each: codes.DOCUMENT_STATUSES[each.status],
        "Reference": lambda each: each.reference,
        "Date": lambda each: each.issued_on,
        "DueDate": lambda each: each.due_on,
        "UpdatedDateUTC": changed_at,
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
    return _listed(
        name,
        READ_INVOICES | READ_BANK,
        {
            id_name: lambda each: each.id,
            "Type": lambda each: codes.DOCUMENT_TYPES[each.kind],
            "Status": lambda each: codes.DOCUMENT_STATUSES[each.status],
            "Date": lambda each: each.issued_on,
            "RemainingCredit": lambda each: each.outstanding,
            "UpdatedDateUTC": changed_at,
        },
        records=records,
        shape=lambda each, telling: documents.advance(telling.book, each, detail_of(telling)),
        paging=PAGES,
    )


ORGANISATION = _listed(
    "Organisations",
    READ_SETTINGS,
    {"Name": lambda each: each.name},
    records=lambda book: (book.organisation,),
    shape=lambda each, _: shapes.organisation(each),
    path="/Organisation",
    filters=(),
)
ACCOUNTS = _listed(
    "Accounts",
    READ_SETTINGS,
    {
        "AccountID": lambda each: each.id,
        "Code": lambda each: each.code,
        "Name": lambda each: each.name,
        "Type": lambda each: codes.ACCOUNT_TYPES[each.kind],
        "Class": lambda each: codes.ACCOUNT_CLASSES[each.kind],
        "Status": lambda each: "ARCHIVED" if each.is_archived else "ACTIVE",
        "TaxType": lambda each: codes.TAX_TYPES[each.tax_code],
        "UpdatedDateUTC": changed_at,
    },
    records=lambda book: book.accounts,
    shape=lambda each, _: shapes.account(each),
    names=lambda each: (each.code,),
)
CONTACTS = _listed(
    "Contacts",
    READ_CONTACTS,
    {
        "ContactID": lambda each: each.id,
        "Name": lambda each: each.name,
        "FirstName": lambda each: each.first_name,
        "LastName": lambda each: each.last_name,
        "EmailAddress": lambda each: each.email,
        "AccountNumber": lambda each: each.account_number,
        "CompanyNumber": lambda each: each.company_number,
        "ContactStatus": lambda each: "ARCHIVED" if each.is_archived else "ACTIVE",
        "UpdatedDateUTC": changed_at,
    },
    records=lambda book: book.contacts,
    shape=lambda each, telling: shapes.contact(
        telling.book,
        each,
        at=Standing(telling.now.date(), telling.slip),
        detail=detail_of(telling, summaries=False),
    ),
    names=lambda each: (each.account_number,),
    paging=PAGES,
    filters=(
        SINCE,
        IDS,
        Unless("includeArchived", "true", lambda each: each.is_archived),
        Holding("searchTerm", lambda each: (each.name, each.account_number, each.email)),
    ),
    files=FILES,
)
INVOICES = _listed(
    "Invoices",
    READ_INVOICES,
    _document_fields("InvoiceID", "InvoiceNumber", "AmountDue"),
    records=lambda book: book.invoices,
    shape=lambda each, telling: documents.invoice(telling.book, each, detail_of(telling)),
    names=_numbered,
    paging=PAGES,
    filters=(
        SINCE,
        IDS,
        Among("InvoiceNumbers", lambda each: each.number),
        Among("ContactIDs", lambda each: each.contact_id, any_case=True),
        Among("Statuses", lambda each: codes.DOCUMENT_STATUSES[each.status], any_case=True),
        Holding("searchTerm", lambda each: (each.number, each.reference)),
    ),
    forms=AS_PDF,
    files=FILES,
)
CREDIT_NOTES = _listed(
    "CreditNotes",
    READ_INVOICES,
    _document_fields("CreditNoteID", "CreditNoteNumber", "RemainingCredit"),
    records=lambda book: book.credits,
    shape=lambda each, telling: documents.credit_note(telling.book, each, detail_of(telling)),
    names=_numbered,
    paging=PAGES,
    forms=AS_PDF,
    files=FILES,
)
PAYMENTS = _listed(
    "Payments",
    READ_PAYMENTS,
    {
        "PaymentID": lambda each: each.id,
        "Invoice.InvoiceID": lambda each: each.document_id,
        "Status": lambda each: "DELETED" if each.is_deleted else "AUTHORISED",
        "Date": lambda each: each.paid_on,
        "Amount": lambda each: each.amount,
        "Reference": lambda each: each.reference,
        "IsReconciled": lambda each: each.is_reconciled,
        "UpdatedDateUTC": changed_at,
    },
    records=lambda book: book.payments,
    shape=lambda each, telling: documents.payment(telling.book, each, full=telling.single),
    paging=PAGES,
)
OVERPAYMENTS = _advances("Overpayments", "OverpaymentID", lambda book: book.overpayments)
PREPAYMENTS = _advances("Prepayments", "PrepaymentID", lambda book: book.prepayments)
BANK_TRANSACTIONS = _listed(
    "BankTransactions",
    READ_BANK,
    {
        "BankTransactionID": lambda each: each.id,
        "Type": lambda each: codes.DOCUMENT_TYPES[each.kind],
        "Status": lambda each: codes.DOCUMENT_STATUSES[each.status],
        "Date": lambda each: each.issued_on,
        "Total": lambda each: each.total,
        "IsReconciled": lambda each: each.is_reconciled,
        "UpdatedDateUTC": changed_at,
    },
    records=lambda book: book.bank_transactions,
    shape=lambda each, telling: banking.bank_transaction(telling.book, each, detail_of(telling)),
    paging=PAGES,
    files=FILES,
)
BANK_TRANSFERS = _listed(
    "BankTransfers",
    READ_BANK,
    {
        "BankTransferID": lambda each: each.id,
        "Amount": lambda each: each.amount,
        "Date": lambda each: each.moved_on,
        "CreatedDateUTC": lambda each: each.created_at,
    },
    records=lambda book: book.transfers,
    modified=lambda each: each.created_at,
    shape=lambda each, telling: banking.bank_transfer(telling.book, each),
    filters=(SINCE, IDS, Unless("includeDeleted", "true", is_gone)),
)
PURCHASE_ORDERS = _listed(
    "PurchaseOrders",
    READ_INVOICES,
    {
        "PurchaseOrderID": lambda each: each.id,
        "PurchaseOrderNumber": lambda each: each.number,
        "Status": lambda each: codes.ORDER_STATUSES[each.status],
        "Date": lambda each: each.issued_on,
        "Total": lambda each: each.total,
        "UpdatedDateUTC": changed_at,
    },
    records=lambda book: book.orders,
    shape=lambda each, telling: banking.purchase_order(
        telling.book, each, detail_of(telling, summaries=False)
    ),
    names=_numbered,
    paging=PAGES,
    forms=AS_PDF,
    files=FILES,
)
MANUAL_JOURNALS = _listed(
    "ManualJournals",
    READ_MANUAL_JOURNALS,
    {
        "ManualJournalID": lambda each: each.id,
        "Status": lambda each: "DRAFT" if each.is_draft else "POSTED",
        "Date": lambda each: each.posted_on,
        "UpdatedDateUTC": changed_at,
    },
    records=lambda book: book.manual_journals,
    shape=lambda each, telling: journals.manual_journal(telling.book, each),
    paging=PAGES,
)
JOURNALS = _listed(
    "Journals",
    READ_JOURNALS,
    {},
    records=lambda book: ledger_of(book).journals,
    shape=lambda each, telling: journals.journal(telling.book, each),
    key=lambda each: str(each.number),
    paging=Numbered("offset", lambda each: each.number, at_once=100),
    filters=(),
)
ITEMS = _listed(
    "Items",
    READ_SETTINGS,
    {
        "ItemID": lambda each: each.id,
        "Code": lambda each: each.code,
        "Name": lambda each: each.name,
        "IsSold": lambda each: each.sale_price is not None,
        "IsPurchased": lambda each: each.purchase_price is not None,
        "UpdatedDateUTC": changed_at,
    },
    records=lambda book: book.items,
    shape=lambda each, telling: shapes.item(each, detail_of(telling, summaries=False)),
    names=lambda each: (each.code,),
)
TAX_RATES = _listed(
    "TaxRates",
    READ_SETTINGS,
    {
        "Name": lambda each: each.name,
        "TaxType": lambda each: codes.TAX_TYPES[each.code],
        "Status": lambda _: "ACTIVE",
        "EffectiveRate": lambda each: each.percent,
    },
    records=lambda book: book.tax_rates.values(),
    shape=lambda each, _: shapes.tax_rate(each),
    key=lambda each: codes.TAX_TYPES[each.code],
    filters=(),
)
TRACKING_CATEGORIES = _listed(
    "TrackingCategories",
    READ_SETTINGS,
    {"Name": lambda each: each.tracking_category[1]},
    records=lambda book: (book,),
    shape=lambda each, _: shapes.tracking_category(each),
    key=lambda each: each.tracking_category[0],
    filters=(),
)

RESOURCES = (
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
    ORGANISATION,
)
