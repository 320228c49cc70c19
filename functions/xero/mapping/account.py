"""Accounts to the chart of accounts, and those at a bank to bank accounts."""

from __future__ import annotations

import re

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, reads
from functions.xero.mapping.references import currency_of
from shared_code.model import Metadata
from shared_code.model.accounting.account import Account, AccountStatus, AccountType
from shared_code.model.accounting.bank_account import BankAccount, BankAccountType
from shared_code.model.base import SupplementalData

_CLASSES = Vocabulary(
    "type",
    {
        "ASSET": AccountType.ASSET,
        "EQUITY": AccountType.EQUITY,
        "EXPENSE": AccountType.EXPENSE,
        "LIABILITY": AccountType.LIABILITY,
        "REVENUE": AccountType.INCOME,
    },
    AccountType.UNKNOWN,
)

_STATUSES = Vocabulary(
    "status",
    {
        "ACTIVE": AccountStatus.ACTIVE,
        "ARCHIVED": AccountStatus.ARCHIVED,
        "DELETED": AccountStatus.ARCHIVED,
    },
    AccountStatus.UNKNOWN,
)

_BANKS = Vocabulary(
    "accountType",
    {
        "BANK": BankAccountType.DEBIT,
        "PAYPAL": BankAccountType.DEBIT,
        "CREDITCARD": BankAccountType.CREDIT,
    },
    BankAccountType.UNKNOWN,
)

# A British account number is the sort code, of six digits, and a number of eight.
_BRITISH = re.compile(r"(\d{6})(\d{8})")

# The second step of the category; the first is the unified type.
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


@reads(native.Account)
def map_account(account: native.Account, lookups: Lookups) -> Account:
    """Map an account; Xero gives no balance with it."""
    unmapped: Unmapped = {}
    kind = _CLASSES.translate(account.class_, unmapped)
    category = _category(account, kind, unmapped)
    return Account(
        id=account.account_id,
        nominal_code=account.code,
        name=account.name,
        description=account.description,
        fully_qualified_category=category,
        fully_qualified_name=f"{category}.{account.name}" if category and account.name else None,
        currency=currency_of(account.currency_code, lookups),
        type=kind,
        status=_STATUSES.translate(account.status, unmapped),
        is_bank_account=account.type == "BANK",
        source_modified_date=account.updated_date_utc,
        metadata=Metadata(is_deleted=account.status == "DELETED"),
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


@reads(native.Account)
def map_bank_account(account: native.Account, lookups: Lookups) -> BankAccount | None:
    """Map an account at a bank; Xero gives no balance with it."""
    if account.type != "BANK":
        return None
    unmapped: Unmapped = {}
    number = account.bank_account_number
    british = _BRITISH.fullmatch(number or "") if lookups.country == "GB" else None
    return BankAccount(
        id=account.account_id,
        account_name=account.name,
        account_type=_BANKS.translate(account.bank_account_type, unmapped),
        nominal_code=account.code,
        sort_code=british[1] if british else None,
        account_number=british[2] if british else number,
        currency=currency_of(account.currency_code, lookups),
        status=_STATUSES.translate(account.status, unmapped),
        source_modified_date=account.updated_date_utc,
        metadata=Metadata(is_deleted=account.status == "DELETED"),
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


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
