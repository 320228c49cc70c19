"""Payments: money from customers, and what it settled."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import (
    Kind,
    Money,
    Number,
    Shape,
    SupplementedRecord,
    Timestamp,
    promoted,
)
from shared_code.model.shapes import AccountRef, CustomerRef, PaidAmount, PaymentMethodRef


class PaymentLinkType(StrEnum):
    """What a payment line is linked to."""

    UNKNOWN = "Unknown"
    UNLINKED = "Unlinked"
    INVOICE = "Invoice"
    CREDIT_NOTE = "CreditNote"
    OTHER = "Other"
    REFUND = "Refund"
    PAYMENT = "Payment"
    PAYMENT_ON_ACCOUNT = "PaymentOnAccount"
    MANUAL_JOURNAL = "ManualJournal"
    DISCOUNT = "Discount"


class PaymentLink(PaidAmount):
    """What a line settles; a negative amount lowers the receivable, a positive one raises it.

    The amount is in the linked record's currency; times `currency_rate` it is in the payment's.
    """

    type: PaymentLinkType


class PaymentLine(Shape):
    """A part of the payment: `amount` and the amounts of its links add up to zero."""

    amount: Money
    links: tuple[PaymentLink, ...] | None = None
    allocated_on_date: Timestamp | None = None


class Payment(SupplementedRecord):
    """Money that a customer paid, or got back (negative): the sum of the lines' amounts."""

    promoted = promoted(
        ("customerRef.id", Kind.TEXT),
        ("customerRef.companyName", Kind.TEXT),
        ("accountRef.id", Kind.TEXT),
        ("date", Kind.DATETIME),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("reference", Kind.TEXT),
    )

    date: Timestamp
    customer_ref: CustomerRef | None = None
    account_ref: AccountRef | None = None
    payment_method_ref: PaymentMethodRef | None = None
    total_amount: Money | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    note: str | None = None
    lines: tuple[PaymentLine, ...] | None = None
    reference: str | None = None
