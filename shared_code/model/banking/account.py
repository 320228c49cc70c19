"""Banking accounts: where money is kept or owed, as a bank tells it."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.banking.shapes import Balance
from shared_code.model.base import Kind, Record, Shape, promoted


class BankingAccountType(StrEnum):
    """Whether the account holds the company's money (`Debit`) or what it owes (`Credit`)."""

    UNKNOWN = "Unknown"
    CREDIT = "Credit"
    DEBIT = "Debit"


class IdentifierType(StrEnum):
    """What kind of account its numbers belong to."""

    ACCOUNT = "Account"
    CARD = "Card"
    CREDIT = "Credit"
    DEPOSITORY = "Depository"
    INVESTMENT = "Investment"
    LOAN = "Loan"
    OTHER = "Other"


class AccountIdentifiers(Shape):
    """The numbers that others know an account by; `bank_code` is the sort code or routing number.

    `subtype` is the source's own word for what `type` says.
    """

    type: IdentifierType
    subtype: str | None = None
    number: str | None = None
    bank_code: str | None = None
    iban: str | None = None
    bic: str | None = None
    masked_account_number: str | None = None


class Institution(Shape):
    """The bank."""

    id: str | None = None
    name: str | None = None


class BankingAccount(Record):
    """An account at a bank; `name` is the bank's, `informal_name` its holder's."""

    promoted = promoted(
        ("name", Kind.TEXT),
        ("informalName", Kind.TEXT),
        ("holder", Kind.TEXT),
        ("type", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("balance.current", Kind.MONEY),
        ("balance.available", Kind.MONEY),
        ("identifiers.type", Kind.TEXT),
        ("institution.id", Kind.TEXT),
        ("institution.name", Kind.TEXT),
    )

    name: str
    type: BankingAccountType
    balance: Balance
    identifiers: AccountIdentifiers
    currency: str
    institution: Institution
    informal_name: str | None = None
    holder: str | None = None
