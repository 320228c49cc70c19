"""Xero's lists: how each is asked for, read to its end, and which data types it feeds.

At the end stand its attachments, and its documents as PDFs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from functions.xero import native
from functions.xero.mapping import MAPPING_VERSION, documents, ledger, masters, money
from functions.xero.mapping.lookups import make_lookups, make_lookups_2
from functions.xero.reports import AGED, BALANCES, CHECKS, EARLIER_STATEMENTS, STATEMENTS
from shared_code.catalogue import XERO
from shared_code.fetch.paging import (
    Fields,
    Key,
    ModifiedSince,
    Paging,
    SyncTokens,
    Whole,
    greatest,
    short_page,
)
from shared_code.mapping.attachments import attachment
from shared_code.mapping.reading import leniently
from shared_code.model import Shape
from shared_code.model.accounting.attachment import Attachment
from shared_code.spec import (
    Call,
    DataSource,
    Documents,
    OlderMapping,
    Page,
    Resource,
    by_id,
    disconnected,
    feeds,
    media_type_of,
)

PAGE_SIZE = 1_000
"""The most that Xero gives at once: a page costs one of sixty calls a minute."""

JOURNALS_AT_ONCE = 100
"""As many as Xero gives; there is no asking for more."""

JOURNALS_SCOPE = "accounting.journals.read"
"""Xero grants it to apps of its highest tier alone, and refuses consent that asks in vain."""

API = "/api.xro/2.0/"

_BY_CHANGE = {"order": "UpdatedDateUTC ASC"}
_ARCHIVED = {"includeArchived": "true"}
_FOUR_DECIMALS = {"unitdp": "4"}
_LOOKUPS = ("Organisation", "TaxRates", "Chart", "Items")

# Of all other lists it is the name of one record, such as `InvoiceID`.
_IDS = {"TaxRates": "TaxType", "TrackingCategories": "ID"}

Params = Mapping[str, str]
Map = Callable[[Any, Any], Shape | None]


def _parse(collection: str, body: bytes) -> Page:
    page = native.parse_page(body, collection)
    return Page(page.records, page.total)


def _parse_journals(body: bytes) -> Page:
    page = _parse("Journals", body)
    return replace(page, next=greatest(page.records, "JournalNumber"))


def _key(id_field: str, record: Mapping[str, Any]) -> Key:
    return Key(str(record[id_field]), native.to_instant(record.get("UpdatedDateUTC")))


def _list(name: str, paging: Paging, collection: str, /, **maps: Map) -> Resource:
    """A list of a collection, and the data types that it feeds."""
    return Resource(
        name=name,
        path=API + collection,
        paging=paging,
        parse=partial(_parse, "Organisations" if name == "Organisation" else collection),
        key=partial(_key, _IDS.get(collection, f"{collection.removesuffix('s')}ID")),
        feeds=feeds(**maps),
    )


def _whole(name: str, params: Params | None = None, /, **maps: Map) -> Resource:
    """A list that Xero gives in one answer."""
    return replace(_list(name, Whole(params or {}), name, **maps), listed_whole=True)


def _by_change(
    name: str, model: type[native.Native], params: Params | None = None, /, **maps: Map
) -> Resource:
    """A list that is paged, sorted by change, with records that refer to the whole lists.

    Records that feed several data types are read once for all of them.
    """
    paging = ModifiedSince({**_BY_CHANGE, **(params or {})}, PAGE_SIZE)
    return replace(_list(name, paging, name, **maps), read=leniently(model), lookups=_LOOKUPS)


RESOURCES = (
    _whole("Organisation", company=masters.map_company, journals=ledger.map_journal),
    _whole("TaxRates", taxRates=masters.map_tax_rate),
    _list("Chart", Whole({}), "Accounts"),
    _whole("Items", _FOUR_DECIMALS, items=masters.map_item),
    _whole("TrackingCategories", _ARCHIVED, trackingCategories=masters.map_tracking_category),
    *EARLIER_STATEMENTS,  # Early: one commit has all that is looked up.
    _by_change("Contacts", native.Contact, _ARCHIVED, **masters.CONTACTS),
    _by_change("Invoices", native.Invoice, _ARCHIVED | _FOUR_DECIMALS, **documents.INVOICES),
    # Xero lists credits by what made them.
    _by_change("CreditNotes", native.Credit, _FOUR_DECIMALS, **documents.CREDITS),
    _by_change("Overpayments", native.Credit, _FOUR_DECIMALS, **documents.CREDITS),
    _by_change("Prepayments", native.Credit, _FOUR_DECIMALS, **documents.CREDITS),
    _by_change("Payments", native.Payment, **money.PAYMENTS),
    _by_change(
        "BankTransactions", native.BankTransaction, _FOUR_DECIMALS, **money.BANK_TRANSACTIONS
    ),
    replace(
        _whole("BankTransfers", {"includeDeleted": "true"}, transfers=money.map_transfer),
        lookups=_LOOKUPS,
    ),
    _by_change(
        "PurchaseOrders",
        native.PurchaseOrder,
        _FOUR_DECIMALS,
        purchaseOrders=documents.map_purchase_order,
    ),
    replace(
        # The number of the last journal is where the next pass begins: a journal never changes.
        _list(
            "Journals",
            SyncTokens(Fields({}, after="offset"), size=JOURNALS_AT_ONCE, end=short_page),
            "Journals",
            journalEntries=ledger.map_journal_entry,
        ),
        parse=_parse_journals,
        lookups=("Organisation",),
        scopes=frozenset({JOURNALS_SCOPE}),
    ),
    *STATEMENTS,
    *CHECKS,
    # All contacts, each time: what they owe moves without their being changed. Xero's report on
    # it takes a call for each contact.
    replace(
        _list("ContactBalances", ModifiedSince(_BY_CHANGE | _ARCHIVED, PAGE_SIZE), "Contacts"),
        checks=BALANCES,
    ),
    *AGED,
    # Again: balances are known by now, and what refers to accounts has not waited for them.
    replace(_whole("Accounts", **masters.ACCOUNTS), lookups=("Organisation", "TrialBalance")),
)


fault = disconnected("Xero", 403, b"AuthenticationUnsuccessful")
"""A tenant that was disconnected is a 403 with a word of its own."""


def data_source(api_url: str, page_size: int = PAGE_SIZE) -> DataSource:
    """Make the source for an API base URL, whose sorted lists are asked for by so many records."""
    return DataSource(
        integration=XERO,
        base_url=api_url,
        resources=tuple(each.in_pages_of(page_size) for each in RESOURCES),
        mapping_version=MAPPING_VERSION,
        make_lookups=make_lookups,
        tenant_headers=lambda tenant: {"Xero-tenant-id": tenant},
        fault=fault,
        older=(OlderMapping(2, {}, make_lookups_2),),
    )


def parse_attachments(body: bytes) -> Sequence[Attachment]:
    """Read a list of attachments; ValueError if it is none."""
    page = native.parse_page(body, "Attachments")
    return [attachment(native.Attachment.model_validate(each)) for each in page.records]


def _download(listing: Call, found: Attachment) -> Call:
    """Ask by id, for names may hold anything; Xero wants the type that it told itself."""
    path = f"{listing.path}/{quote(found.id, safe='')}"
    return Call(path, headers={"Accept": "*/*", "contentType": media_type_of(found)})


_PATHS = {data_type: each.path for each in RESOURCES for data_type in each.data_types}
_ATTACHED = (
    *("customers", "suppliers", "invoices", "bills"),
    *("directCosts", "directIncomes", "purchaseOrders"),
)

DOCUMENTS = Documents(
    attachments={each: by_id(_PATHS[each] + "/{id}/Attachments") for each in _ATTACHED},
    parse=parse_attachments,
    download=_download,
    pdfs={
        each: by_id(_PATHS[each] + "/{id}", {"Accept": "application/pdf"})
        for each in ("invoices", "purchaseOrders")
    },
    scopes=frozenset({"accounting.attachments", "accounting.attachments.read"}),
)
