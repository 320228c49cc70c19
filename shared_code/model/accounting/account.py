"""Chart of accounts."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Kind, Money, SupplementedRecord, promoted
from shared_code.model.shapes import ValidDataTypeLink


class AccountType(StrEnum):
    """Where an account stands in the statements."""

    UNKNOWN = "Unknown"
    ASSET = "Asset"
    EXPENSE = "Expense"
    INCOME = "Income"
    LIABILITY = "Liability"
    EQUITY = "Equity"


class AccountStatus(StrEnum):
    """Whether an account is in use."""

    UNKNOWN = "Unknown"
    ACTIVE = "Active"
    ARCHIVED = "Archived"
    PENDING = "Pending"


class Account(SupplementedRecord):
    """A nominal account; the balance is in the account's currency.

    The category is a dotted path that begins with the type; both it and the qualified name are
    empty where the type is `Unknown`.
    """

    promoted = promoted(
        ("nominalCode", Kind.TEXT),
        ("name", Kind.TEXT),
        ("type", Kind.TEXT),
        ("status", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("currentBalance", Kind.MONEY),
        ("isBankAccount", Kind.BOOLEAN),
    )

    nominal_code: str | None = None
    name: str | None = None
    description: str | None = None
    fully_qualified_category: str | None = None
    fully_qualified_name: str | None = None
    currency: str | None = None
    current_balance: Money | None = None
    type: AccountType
    status: AccountStatus
    is_bank_account: bool
    valid_datatype_links: tuple[ValidDataTypeLink, ...] | None = None
