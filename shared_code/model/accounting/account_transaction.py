"""Account transactions: what moved on bank accounts, whatever kind of record moved it."""

from __future__ import annotations

from shared_code.model.base import (
    AccountingRecord,
    Kind,
    Money,
    Number,
    Shape,
    Timestamp,
    promoted,
)
from shared_code.model.shapes import ReconciliationStatus, TxnRef


class BankAccountRef(Shape):
    """A bank account."""

    id: str | None = None
    name: str | None = None


class AccountTransactionLine(Shape):
    """The part that one record accounts for, in the transaction's currency."""

    amount: Money
    description: str | None = None
    record_ref: TxnRef | None = None


class AccountTransaction(AccountingRecord):
    """A movement on a bank account, in its own currency, tax included.

    Its lines point at the payments, direct costs, transfers and so on that it consists of.
    """

    promoted = promoted(
        ("date", Kind.DATETIME),
        ("bankAccountRef.id", Kind.TEXT),
        ("bankAccountRef.name", Kind.TEXT),
        ("transactionId", Kind.TEXT),
        ("status", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
    )

    status: ReconciliationStatus
    transaction_id: str | None = None
    note: str | None = None
    bank_account_ref: BankAccountRef | None = None
    date: Timestamp | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    lines: tuple[AccountTransactionLine, ...] | None = None
    total_amount: Money | None = None
