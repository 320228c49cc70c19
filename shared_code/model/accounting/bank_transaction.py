"""Bank transactions: the lines of a bank account's statement in the books."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Kind, Money, Record, Timestamp, promoted


class BankTransactionType(StrEnum):
    """How the money moved, in the words of bank statements."""

    UNKNOWN = "Unknown"
    CREDIT = "Credit"
    DEBIT = "Debit"
    INTEREST = "Int"
    DIVIDEND = "Div"
    FEE = "Fee"
    SERVICE_CHARGE = "SerChg"
    DEPOSIT = "Dep"
    CASH_MACHINE = "Atm"
    POINT_OF_SALE = "Pos"
    TRANSFER = "Xfer"
    CHECK = "Check"
    PAYMENT = "Payment"
    CASH = "Cash"
    DIRECT_DEPOSIT = "DirectDep"
    DIRECT_DEBIT = "DirectDebit"
    REPEATING_PAYMENT = "RepeatPmt"
    OTHER = "Other"


class BankTransaction(Record):
    """A line of the statement of the bank account `account_id`, in that account's currency.

    Money in is positive, money out negative; `balance` is what the account held afterwards.
    """

    promoted = promoted(
        ("clearedOnDate", Kind.DATETIME),
        ("accountId", Kind.TEXT),
        ("description", Kind.TEXT),
        ("transactionType", Kind.TEXT),
        ("reconciled", Kind.BOOLEAN),
        ("amount", Kind.MONEY),
        ("balance", Kind.MONEY),
    )

    account_id: str
    transaction_type: BankTransactionType
    cleared_on_date: Timestamp | None = None
    description: str | None = None
    reconciled: bool | None = None
    amount: Money | None = None
    balance: Money | None = None
