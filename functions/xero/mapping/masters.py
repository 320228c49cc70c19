"""Master records: accounts, tax rates, items, tracking categories, contacts, the organisation."""

from __future__ import annotations

from functions.xero import native
from shared_code.mapping import accounts, companies, contacts, masters
from shared_code.mapping.places import PlaceWords
from shared_code.mapping.reading import mapping_of, mappings_of
from shared_code.mapping.words import Vocabulary, in_use
from shared_code.model.accounting import AccountStatus, AccountType, BankAccountType, ItemType
from shared_code.model.shapes import AddressType, PhoneType, Status, WebLinkType

_STATUSES = in_use(Status, archived=("ARCHIVED", "DELETED"))
_STEPS = (
    *("Bank", "Current", "DirectCosts", "Equity", "Expense", "Fixed", "Inventory", "Liability"),
    *("NonCurrent", "OtherIncome", "Overheads", "Payg", "Prepayment", "Revenue", "Sales"),
)
_ACCOUNTS = accounts.AccountWords(
    status=in_use(AccountStatus, archived=("ARCHIVED", "DELETED")),
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
        **{each.upper(): each for each in _STEPS},
        "CURRLIAB": "Current",
        "DEPRECIATN": "Depreciation",
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
_CONTACTS = contacts.ContactWords(in_use(Status, archived=("ARCHIVED", "GDPRREQUEST")), _PLACES)
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

ACCOUNTS = mappings_of(
    native.Account, _ACCOUNTS, chartOfAccounts=accounts.account, bankAccounts=accounts.bank_account
)

map_tax_rate = mapping_of(native.TaxRate, masters.tax_rate, _STATUSES)
"""One that awaits its start (PENDING) has no unified status."""

map_item = mapping_of(native.Item, masters.item, masters.ItemWords(ItemType.NON_INVENTORY))

map_tracking_category = mapping_of(native.TrackingCategory, masters.tracking_category, _STATUSES)
"""Categories and their options are a tree of two levels, whose leaves lines carry."""

CONTACTS = mappings_of(
    native.Contact, _CONTACTS, customers=contacts.customer, suppliers=contacts.supplier
)
"""A contact is or may become either."""

map_company = mapping_of(native.Organisation, companies.company, _COMPANIES)
