"""The chart of accounts, the accounts at banks among them, and how records find both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared_code.mapping.books import Accounts, Books, LedgerAccount
from shared_code.mapping.reading import Named, Text
from shared_code.mapping.sharing import metadata
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model.accounting.account import Account, AccountStatus, AccountType
from shared_code.model.accounting.bank_account import BankAccount, BankAccountType
from shared_code.model.base import SupplementalData

# A British account number is the sort code, of six digits, and a number of eight.
_BRITISH = re.compile(r"(\d{6})(\d{8})")

_UNTYPED = Vocabulary("accountType", {BankAccountType.UNKNOWN: ()})


class ToldAccount(Named):
    """An account as a provider tells it: its shape inherits this, and says its names as aliases.

    Properties are for the shape to write anew, where the provider tells what they ask.
    """

    id: str
    code: Text = None
    description: Text = None
    type: Text = None
    """The provider's, of which there may be many in a class."""
    class_: Text = None
    """Where it stands in the statements."""
    status: Text = None
    currency: Text = None
    """None where it is the organisation's."""
    number: Text = None
    """Its number at the bank."""
    bank_type: Text = None
    modified: datetime | None = None

    @property
    def is_bank(self) -> bool:
        """Whether it is one at a bank."""
        return False

    @property
    def takes_earnings(self) -> bool:
        """Whether the profit of earlier years is added to it."""
        return False

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted."""
        return False


@dataclass(frozen=True, slots=True)
class AccountWords:
    """A provider's words for accounts."""

    status: Vocabulary[AccountStatus]
    classes: Vocabulary[AccountType]
    banks: Vocabulary[BankAccountType] = _UNTYPED
    steps: Mapping[str, str] = field(default_factory=dict)
    """The second step of a category, by the provider's type; the first is the unified type."""


def ledger(told: Iterable[ToldAccount]) -> Accounts:
    """Make accounts ready to be found: by their ids, and by the codes that documents use."""
    return Accounts(tuple(map(_looked_up, told)))


def account(told: ToldAccount, books: Books, words: AccountWords) -> Account:
    """Write an account of the chart; where its balance is known, debits are positive."""
    unmapped: Unmapped = {}
    kind = words.classes.translate(told.class_, unmapped)
    category = _category(told, kind, words, unmapped)
    return Account(
        **_common(told, books, words, unmapped),
        name=told.name,
        description=told.description,
        fully_qualified_category=category,
        fully_qualified_name=f"{category}.{told.name}" if category and told.name else None,
        current_balance=books.balance(told.id, told.currency),
        type=kind,
        is_bank_account=told.is_bank,
    )


def bank_account(told: ToldAccount, books: Books, words: AccountWords) -> BankAccount | None:
    """Write an account at a bank, money that is owed to the bank negative; None for any other."""
    if not told.is_bank:
        return None
    unmapped: Unmapped = {}
    kind = words.banks.translate(told.bank_type, unmapped)
    british = _BRITISH.fullmatch(told.number or "") if books.country == "GB" else None
    return BankAccount(
        **_common(told, books, words, unmapped),
        account_name=told.name,
        account_type=kind,
        sort_code=british[1] if british else None,
        account_number=british[2] if british else told.number,
        balance=books.balance(told.id, told.currency),
    )


def _looked_up(told: ToldAccount) -> LedgerAccount:
    return LedgerAccount(
        id=told.id,
        key=told.code,
        name=told.name,
        type=told.type,
        currency=told.currency,
        is_bank=told.is_bank,
        takes_earnings=told.takes_earnings,
    )


def _common(
    told: ToldAccount, books: Books, words: AccountWords, unmapped: Unmapped
) -> dict[str, Any]:
    """Give what an account is in the chart and at a bank, once the rest of it was looked at."""
    return {
        "id": told.id,
        "nominal_code": told.code,
        "currency": books.currency(told.currency),
        "status": words.status.translate(told.status, unmapped),
        "source_modified_date": told.modified,
        "metadata": metadata(is_deleted=told.is_gone),
        "supplemental_data": SupplementalData.of_unmapped(unmapped),
    }


def _category(
    told: ToldAccount, kind: AccountType, words: AccountWords, unmapped: Unmapped
) -> str | None:
    """Name the dotted category; there is none below an unknown type."""
    if kind is AccountType.UNKNOWN:
        return None
    if told.type is None:
        return kind.value
    step = words.steps.get(told.type)
    if step is None:
        unmapped["fullyQualifiedCategory"] = told.type
    return f"{kind}.{step}" if step else kind.value
