"""Master records: accounts, tax rates, items, tracking categories, contacts, the organisation."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.mapping import accounts, companies, contacts, masters
from shared_code.mapping.places import PlaceWords
from shared_code.mapping.reading import reads
from shared_code.mapping.words import Vocabulary
from shared_code.model import accounting
from shared_code.model.accounting import AccountStatus, AccountType, BankAccountType, ItemType
from shared_code.model.shapes import AddressType, PhoneType, Status, WebLinkType

_STATUSES = Vocabulary(
    "status", {Status.ACTIVE: ("ACTIVE",), Status.ARCHIVED: ("ARCHIVED", "DELETED")}
)
_ACCOUNTS = accounts.AccountWords(
    status=Vocabulary(
        "status",
        {AccountStatus.ACTIVE: ("ACTIVE",), AccountStatus.ARCHIVED: ("ARCHIVED", "DELETED")},
    ),
    classes=Vocabulary(
        "type",
        {
            AccountType.ASSET: ("ASSET",),
            AccountType.EQUITY: ("EQUITY",),
            AccountType.EXPENSE: ("EXPENSE",),
            AccountType.LIABILITY: ("LIABILITY",),
            AccountType.INCOME: ("REVENUE",),
        },
    ),
    banks=Vocabulary(
        "accountType",
        {BankAccountType.DEBIT: ("BANK", "PAYPAL"), BankAccountType.CREDIT: ("CREDITCARD",)},
    ),
    steps={
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
    },
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
_COMPANIES = companies.CompanyWords(
    _PLACES,
    Vocabulary(
        "webLinks.type",
        {
            WebLinkType.WEBSITE: ("WEBSITE",),
            WebLinkType.SOCIAL: ("FACEBOOK", "GOOGLEPLUS", "LINKEDIN", "TWITTER"),
        },
    ),
)


@reads(native.Account)
def map_account(account: native.Account, lookups: Lookups) -> accounting.Account:
    """Map an account; Xero gives no balance with it."""
    return accounts.account(account, lookups, _ACCOUNTS)


@reads(native.Account)
def map_bank_account(account: native.Account, lookups: Lookups) -> accounting.BankAccount | None:
    """Map an account at a bank; Xero gives no balance with it."""
    return accounts.bank_account(account, lookups, _ACCOUNTS)


@reads(native.TaxRate)
def map_tax_rate(rate: native.TaxRate, _: Lookups) -> accounting.TaxRate:
    """Map a tax rate; one that awaits its start (PENDING) has no unified status."""
    return masters.tax_rate(rate, _STATUSES)


@reads(native.Item)
def map_item(item: native.Item, lookups: Lookups) -> accounting.Item:
    """Map an item; it has no status."""
    stocked = item.is_tracked_as_inventory
    return masters.item(item, lookups, ItemType.INVENTORY if stocked else ItemType.NON_INVENTORY)


@reads(native.TrackingCategory)
def map_tracking_category(
    category: native.TrackingCategory, _: Lookups
) -> accounting.TrackingCategory:
    """Map a category or an option, in a tree of two levels, whose leaves lines carry."""
    return masters.tracking_category(category, _STATUSES)


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
    """Map an organisation."""
    return companies.company(organisation, _COMPANIES)
