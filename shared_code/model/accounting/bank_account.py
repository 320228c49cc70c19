"""Bank accounts, as the books know them."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.accounting.account import AccountStatus
from shared_code.model.base import Kind, Money, SupplementedRecord, promoted


class BankAccountType(StrEnum):
    """Whether the bank lends (a card or credit line) or keeps the company's own money."""

    UNKNOWN = "Unknown"
    CREDIT = "Credit"
    DEBIT = "Debit"


class BankAccount(SupplementedRecord):
    """An account at a bank; all amounts are in the account's currency.

    `available_balance` may count overdraft and pending transactions. `nominal_code` is that of the
    ledger's account.
    """

    promoted = promoted(
        ("accountName", Kind.TEXT),
        ("accountType", Kind.TEXT),
        ("nominalCode", Kind.TEXT),
        ("accountNumber", Kind.TEXT),
        ("sortCode", Kind.TEXT),
        ("iBan", Kind.TEXT),
        ("institution", Kind.TEXT),
        ("status", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("balance", Kind.MONEY),
    )

    account_type: BankAccountType
    status: AccountStatus
    account_name: str | None = None
    nominal_code: str | None = None
    sort_code: str | None = None
    account_number: str | None = None
    i_ban: str | None = None
    currency: str | None = None
    balance: Money | None = None
    institution: str | None = None
    available_balance: Money | None = None
    overdraft_limit: Money | None = None
