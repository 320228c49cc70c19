"""Banking transactions: what went in and out of an account, as a bank tells it."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Kind, Money, Record, Shape, Timestamp, promoted


class TransactionCode(StrEnum):
    """What kind of movement it was; `NotSupported` where the source does not say."""

    UNKNOWN = "Unknown"
    FEE = "Fee"
    PAYMENT = "Payment"
    CASH = "Cash"
    TRANSFER = "Transfer"
    INTEREST = "Interest"
    CASHBACK = "Cashback"
    CHEQUE = "Cheque"
    DIRECT_DEBIT = "DirectDebit"
    PURCHASE = "Purchase"
    STANDING_ORDER = "StandingOrder"
    ADJUSTMENT = "Adjustment"
    CREDIT = "Credit"
    OTHER = "Other"
    NOT_SUPPORTED = "NotSupported"


class TransactionCategoryRef(Shape):
    """A transaction category."""

    id: str
    name: str | None = None


class BankingTransaction(Record):
    """A movement on an account, in the account's currency: positive in, negative out.

    It was authorised when its holder agreed to it, and posted when the bank booked it.
    """

    promoted = promoted(
        ("accountId", Kind.TEXT),
        ("postedDate", Kind.DATETIME),
        ("authorizedDate", Kind.DATETIME),
        ("amount", Kind.MONEY),
        ("currency", Kind.TEXT),
        ("code", Kind.TEXT),
        ("description", Kind.TEXT),
        ("merchantName", Kind.TEXT),
        ("transactionCategoryRef.id", Kind.TEXT),
        ("transactionCategoryRef.name", Kind.TEXT),
    )

    account_id: str
    currency: str
    description: str | None = None
    amount: Money | None = None
    posted_date: Timestamp | None = None
    authorized_date: Timestamp | None = None
    code: TransactionCode | None = None
    merchant_name: str | None = None
    transaction_category_ref: TransactionCategoryRef | None = None
