"""Master records: accounts, tax rates, items, tracking categories, contacts, the organisation."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.mapping import contacts
from shared_code.mapping.days import financial_year_start, midnight
from shared_code.mapping.exact import ZERO, summed
from shared_code.mapping.places import PlaceWords
from shared_code.mapping.reading import reads
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model import Metadata, accounting
from shared_code.model.accounting import (
    AccountStatus,
    AccountType,
    BankAccountType,
    ItemType,
    TaxComponent,
)
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import AddressType, PhoneType, Status, WebLink, WebLinkType

_STATUSES = Vocabulary(
    "status", {Status.ACTIVE: ("ACTIVE",), Status.ARCHIVED: ("ARCHIVED", "DELETED")}
)
_ACCOUNTS = Vocabulary(
    "status", {AccountStatus.ACTIVE: ("ACTIVE",), AccountStatus.ARCHIVED: ("ARCHIVED", "DELETED")}
)
_CLASSES = Vocabulary(
    "type",
    {
        AccountType.ASSET: ("ASSET",),
        AccountType.EQUITY: ("EQUITY",),
        AccountType.EXPENSE: ("EXPENSE",),
        AccountType.LIABILITY: ("LIABILITY",),
        AccountType.INCOME: ("REVENUE",),
    },
)
_BANKS = Vocabulary(
    "accountType",
    {BankAccountType.DEBIT: ("BANK", "PAYPAL"), BankAccountType.CREDIT: ("CREDITCARD",)},
)
_PLACES = PlaceWords(
    Vocabulary(
        "addresses.type",
        {AddressType.BILLING: ("POBOX",), AddressType.DELIVERY: ("STREET", "DELIVERY")},
    ),
    Vocabulary(
        "phoneNumbers.type",
        {
            PhoneType.PRIMARY: ("DEFAULT",),
            PhoneType.LANDLINE: ("DDI", "OFFICE"),
            PhoneType.MOBILE: ("MOBILE",),
            PhoneType.FAX: ("FAX",),
        },
    ),
)
_CONTACTS = contacts.ContactWords(
    Vocabulary(
        "status", {Status.ACTIVE: ("ACTIVE",), Status.ARCHIVED: ("ARCHIVED", "GDPRREQUEST")}
    ),
    _PLACES,
)
_LINKS = Vocabulary(
    "webLinks.type",
    {
        WebLinkType.WEBSITE: ("WEBSITE",),
        WebLinkType.SOCIAL: ("FACEBOOK", "GOOGLEPLUS", "LINKEDIN", "TWITTER"),
    },
)

# The second step of an account's category; the first is the unified type.
_CATEGORIES = {
    "BANK": "Bank",
    "CURRENT": "Current",
    "CURRLIAB": "Current",
    "DEPRECIATN": "Depreciation",
    "DIRECTCOSTS": "DirectCosts",
    "EQUITY": "Equity",
    "EXPENSE": "Expense",
    "FIXED": "Fixed",
    "INVENTORY": "Inventory",
    "LIABILITY": "Liability",
    "NONCURRENT": "NonCurrent",
    "OTHERINCOME": "OtherIncome",
    "OVERHEADS": "Overheads",
    "PAYG": "Payg",
    "PREPAYMENT": "Prepayment",
    "REVENUE": "Revenue",
    "SALES": "Sales",
    "TERMLIAB": "NonCurrent",
}

# A British account number is the sort code, of six digits, and a number of eight.
_BRITISH = re.compile(r"(\d{6})(\d{8})")


@reads(native.Account)
def map_account(account: native.Account, lookups: Lookups) -> accounting.Account:
    """Map an account; Xero gives no balance with it."""
    unmapped: Unmapped = {}
    kind = _CLASSES.translate(account.class_, unmapped)
    category = _category(account, kind, unmapped)
    return accounting.Account(
        **_shared(account, lookups, unmapped),
        name=account.name,
        description=account.description,
        fully_qualified_category=category,
        fully_qualified_name=f"{category}.{account.name}" if category and account.name else None,
        type=kind,
        is_bank_account=account.type == "BANK",
    )


@reads(native.Account)
def map_bank_account(account: native.Account, lookups: Lookups) -> accounting.BankAccount | None:
    """Map an account at a bank; Xero gives no balance with it."""
    if account.type != "BANK":
        return None
    unmapped: Unmapped = {}
    kind = _BANKS.translate(account.bank_account_type, unmapped)
    number = account.bank_account_number
    british = _BRITISH.fullmatch(number or "") if lookups.country == "GB" else None
    return accounting.BankAccount(
        **_shared(account, lookups, unmapped),
        account_name=account.name,
        account_type=kind,
        sort_code=british[1] if british else None,
        account_number=british[2] if british else number,
    )


@reads(native.TaxRate)
def map_tax_rate(rate: native.TaxRate, _: Lookups) -> accounting.TaxRate:
    """Map a tax rate; one that awaits its start (PENDING) has no unified status."""
    unmapped: Unmapped = {}
    return accounting.TaxRate(
        id=rate.tax_type,
        status=_STATUSES.translate(rate.status, unmapped),
        name=rate.name,
        code=rate.tax_type,
        effective_tax_rate=rate.effective_rate,
        total_tax_rate=_total(rate),
        components=tuple(
            TaxComponent(is_compound=bool(part.is_compound), name=part.name, rate=part.rate)
            for part in rate.tax_components
        ),
        metadata=Metadata(is_deleted=rate.status == "DELETED"),
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


@reads(native.Item)
def map_item(item: native.Item, lookups: Lookups) -> accounting.Item:
    """Map an item; it is bought and sold unless Xero says otherwise."""
    unmapped: Unmapped = {}
    bought = item.is_purchased is not False
    sold = item.is_sold is not False
    purchase = _trade(item.purchase_details, item.purchase_description, lookups, unmapped)
    sale = _trade(item.sales_details, item.description, lookups, unmapped)
    return accounting.Item(
        id=item.item_id,
        item_status=Status.UNKNOWN,
        type=ItemType.INVENTORY if item.is_tracked_as_inventory else ItemType.NON_INVENTORY,
        is_bill_item=bought,
        is_invoice_item=sold,
        name=item.name,
        code=item.code,
        bill_item=purchase if bought else None,
        invoice_item=sale if sold else None,
        source_modified_date=item.updated_date_utc,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


@reads(native.TrackingCategory)
def map_tracking_category(
    category: native.TrackingCategory, _: Lookups
) -> accounting.TrackingCategory:
    """Map a category or an option, in a tree of two levels, whose leaves lines carry.

    An unknown status's word has no place in this type.
    """
    return accounting.TrackingCategory(
        id=category.id,
        name=category.name,
        parent_id=category.parent_id,
        has_children=category.has_options,
        status=_STATUSES.translate(category.status, {}),
        metadata=Metadata(is_deleted=category.status == "DELETED"),
    )


@reads(native.Contact)
def map_customer(contact: native.Contact, lookups: Lookups) -> accounting.Customer:
    """Map a contact as the customer that it is or may become."""
    return contacts.customer(contact, lookups, _CONTACTS)


@reads(native.Contact)
def map_supplier(contact: native.Contact, lookups: Lookups) -> accounting.Supplier:
    """Map a contact as the supplier that it is or may become."""
    return contacts.supplier(contact, lookups, _CONTACTS)


@reads(native.Organisation)
def map_company(organisation: native.Organisation, _: Lookups) -> accounting.CompanyInfo:
    """Map an organisation; the later of its two lock dates is the one that binds.

    Mapping has no clock: the answer's own time says which year runs, else that of the creation.
    """
    unmapped: Unmapped = {}
    as_of = organisation.date_time_utc or organisation.created_date_utc
    ends = (organisation.financial_year_end_month, organisation.financial_year_end_day)
    locks = (organisation.period_lock_date, organisation.end_of_year_lock_date)
    return accounting.CompanyInfo(
        company_name=organisation.name,
        accounting_platform_ref=organisation.organisation_id,
        company_legal_name=organisation.legal_name,
        addresses=_PLACES.addresses_in(organisation.addresses, unmapped),
        phone_numbers=_PLACES.phones_in(organisation.phones, unmapped),
        web_links=tuple(
            WebLink(type=_LINKS.translate(link.link_type, unmapped), url=link.url)
            for link in organisation.external_links
            if link.url
        ),
        ledger_lock_date=midnight(max(filter(None, locks), default=None)),
        registration_number=organisation.registration_number,
        tax_number=organisation.tax_number,
        financial_year_start_date=midnight(financial_year_start(as_of and as_of.date(), *ends)),
        base_currency=organisation.base_currency,
        created_date=organisation.created_date_utc,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def _shared(account: native.Account, lookups: Lookups, unmapped: Unmapped) -> dict[str, Any]:
    """Give what an account is in the chart and at a bank, once the rest of it was looked at."""
    return {
        "id": account.id,
        "nominal_code": account.code,
        "currency": lookups.currency(account.currency_code),
        "status": _ACCOUNTS.translate(account.status, unmapped),
        "source_modified_date": account.updated_date_utc,
        "metadata": Metadata(is_deleted=account.status == "DELETED"),
        "supplemental_data": SupplementalData.of_unmapped(unmapped),
    }


def _category(account: native.Account, kind: AccountType, unmapped: Unmapped) -> str | None:
    """Name the dotted category; there is none below an unknown type."""
    if kind is AccountType.UNKNOWN:
        return None
    if account.type is None:
        return kind.value
    step = _CATEGORIES.get(account.type)
    if step is None:
        unmapped["fullyQualifiedCategory"] = account.type
    return f"{kind}.{step}" if step else kind.value


def _total(rate: native.TaxRate) -> Decimal | None:
    """Add up the parts, without compounding, where Xero does not."""
    if rate.display_tax_rate is not None or not rate.tax_components:
        return rate.display_tax_rate
    return summed(part.rate or ZERO for part in rate.tax_components)


def _trade(
    trade: native.Trade | None, description: str | None, lookups: Lookups, unmapped: Unmapped
) -> accounting.TradedItem | None:
    """Map one side of an item; what is bought for stock goes to the cost of goods sold."""
    if trade is None:
        return accounting.TradedItem(description=description) if description else None
    return accounting.TradedItem(
        description=description,
        unit_price=trade.unit_price,
        account_ref=lookups.account(trade.account_code or trade.cogs_account_code, unmapped),
        tax_rate_ref=lookups.tax_rate(trade.tax_type),
    )
