"""Xero's lists: how each is asked for, read to its end, and which data types it feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from functions.xero import native
from functions.xero.mapping import MAPPING_VERSION, documents, ledger, masters, money
from functions.xero.mapping.lookups import Lookups
from functions.xero.reports import CHECKS, STATEMENTS
from shared_code.catalogue import XERO
from shared_code.errors import CausewayError, Reauthorise
from shared_code.fetch.paging import (
    Fields,
    Key,
    ModifiedSince,
    SyncTokens,
    Whole,
    short_page,
)
from shared_code.mapping.reading import leniently
from shared_code.spec import DataSource, Feed, Page, Resource, as_it_came

PAGE_SIZE = 1_000
"""The most that Xero gives at once: a page costs one of sixty calls a minute."""

JOURNALS_AT_ONCE = 100
"""As many as Xero gives; there is no asking for more."""

JOURNALS_SCOPE = "accounting.journals.read"
"""Xero grants it to apps of its highest tier alone, and refuses consent that asks in vain."""

_BY_CHANGE = {"order": "UpdatedDateUTC ASC"}
_LOOKUPS = ("Organisation", "TaxRates", "Accounts", "Items")
API = "/api.xro/2.0/"

Record = Mapping[str, Any]

_SHARED: Mapping[str, type[native.Native]] = {
    "Contacts": native.Contact,
    "Invoices": native.Invoice,
    "CreditNotes": native.Credit,
    "Overpayments": native.Credit,
    "Prepayments": native.Credit,
    "Payments": native.Payment,
    "BankTransactions": native.BankTransaction,
}
"""Lists whose records feed several types, and are therefore read once for all of them."""


def _parse(collection: str) -> Callable[[bytes], Page]:
    def parse(body: bytes) -> Page:
        page = native.parse_page(body, collection)
        return Page(page.records, page.total)

    return parse


def _parse_journals(body: bytes) -> Page:
    page = native.parse_page(body, "Journals")
    told = [each.get("JournalNumber") for each in page.records]
    numbers = [each for each in told if isinstance(each, int)]
    if len(numbers) < len(told):
        raise ValueError("a journal without a number")
    return Page(page.records, page.total, next=str(max(numbers)) if numbers else None)


def _key(id_field: str) -> Callable[[Record], Key]:
    def key(record: Record) -> Key:
        return Key(str(record[id_field]), native.to_instant(record.get("UpdatedDateUTC")))

    return key


def _whole(
    name: str, id_field: str, *feeds: Feed, params: Mapping[str, str] | None = None
) -> Resource:
    """A list that Xero gives in one answer."""
    collection = "Organisations" if name == "Organisation" else name
    return Resource(
        name=name,
        path=API + name,
        paging=Whole(params or {}),
        parse=_parse(collection),
        key=_key(id_field),
        feeds=feeds,
        listed_whole=True,
    )


def _by_change(
    name: str, id_field: str, *feeds: Feed, params: Mapping[str, str] | None = None
) -> Resource:
    """A list that is paged, sorted by change, with documents that refer to the whole lists."""
    return Resource(
        name=name,
        path=API + name,
        paging=ModifiedSince({**_BY_CHANGE, **(params or {})}, PAGE_SIZE),
        parse=_parse(name),
        key=_key(id_field),
        read=leniently(_SHARED[name]) if name in _SHARED else as_it_came,
        feeds=feeds,
        lookups=_LOOKUPS,
    )


_CREDITS = (
    Feed("creditNotes", documents.map_credit_note),
    Feed("billCreditNotes", documents.map_bill_credit_note),
)

RESOURCES = (
    _whole(
        "Organisation",
        "OrganisationID",
        Feed("company", masters.map_company),
        Feed("journals", ledger.map_journal),
    ),
    _whole("TaxRates", "TaxType", Feed("taxRates", masters.map_tax_rate)),
    replace(
        _whole(
            "Accounts",
            "AccountID",
            Feed("chartOfAccounts", masters.map_account),
            Feed("bankAccounts", masters.map_bank_account),
        ),
        lookups=("Organisation",),
    ),
    _whole("Items", "ItemID", Feed("items", masters.map_item), params={"unitdp": "4"}),
    _whole(
        "TrackingCategories",
        "ID",
        Feed("trackingCategories", masters.map_tracking_category),
        params={"includeArchived": "true"},
    ),
    _by_change(
        "Contacts",
        "ContactID",
        Feed("customers", masters.map_customer),
        Feed("suppliers", masters.map_supplier),
        params={"includeArchived": "true"},
    ),
    _by_change(
        "Invoices",
        "InvoiceID",
        Feed("invoices", documents.map_invoice),
        Feed("bills", documents.map_bill),
        params={"includeArchived": "true", "unitdp": "4"},
    ),
    _by_change("CreditNotes", "CreditNoteID", *_CREDITS, params={"unitdp": "4"}),
    _by_change("Overpayments", "OverpaymentID", *_CREDITS, params={"unitdp": "4"}),
    _by_change("Prepayments", "PrepaymentID", *_CREDITS, params={"unitdp": "4"}),
    _by_change(
        "Payments",
        "PaymentID",
        Feed("payments", money.map_payment),
        Feed("billPayments", money.map_bill_payment),
        Feed("accountTransactions", money.map_payment_movement),
    ),
    _by_change(
        "BankTransactions",
        "BankTransactionID",
        Feed("payments", money.map_credit_received),
        Feed("billPayments", money.map_credit_paid),
        Feed("directCosts", money.map_direct_cost),
        Feed("directIncomes", money.map_direct_income),
        Feed("accountTransactions", money.map_bank_movement),
        params={"unitdp": "4"},
    ),
    replace(
        _whole(
            "BankTransfers",
            "BankTransferID",
            Feed("transfers", money.map_transfer),
            params={"includeDeleted": "true"},
        ),
        lookups=_LOOKUPS,
    ),
    _by_change(
        "PurchaseOrders",
        "PurchaseOrderID",
        Feed("purchaseOrders", documents.map_purchase_order),
        params={"unitdp": "4"},
    ),
    Resource(
        name="Journals",
        path=API + "Journals",
        # The number of the last journal is where the next pass begins: a journal never changes.
        paging=SyncTokens(Fields({}, after="offset"), size=JOURNALS_AT_ONCE, end=short_page),
        parse=_parse_journals,
        key=lambda record: Key(str(record["JournalID"])),
        feeds=(Feed("journalEntries", ledger.map_journal_entry),),
        lookups=("Organisation",),
        scopes=frozenset({JOURNALS_SCOPE}),
    ),
    *STATEMENTS,
    *CHECKS,
)


def _in_pages(resource: Resource, size: int) -> Resource:
    paging = resource.paging
    if not isinstance(paging, ModifiedSince):
        return resource
    return replace(resource, paging=replace(paging, page_size=size))


def fault(status: int, body: bytes) -> CausewayError | None:
    """Read what Xero means: a tenant that was disconnected is a 403 with a word of its own."""
    if status == 403 and b"AuthenticationUnsuccessful" in body:
        return Reauthorise("Xero no longer gives access to this organisation")
    return None


def data_source(api_url: str, page_size: int = PAGE_SIZE) -> DataSource:
    """Make the source for an API base URL, whose sorted lists are asked for by so many records."""
    return DataSource(
        integration=XERO,
        base_url=api_url,
        resources=tuple(_in_pages(each, page_size) for each in RESOURCES),
        mapping_version=MAPPING_VERSION,
        make_lookups=Lookups.of,
        tenant_headers=lambda tenant: {"Xero-tenant-id": tenant},
        fault=fault,
    )
