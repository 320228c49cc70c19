"""Bill payments: money to suppliers, and what it settled."""

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
from shared_code.model.shapes import AccountRef, PaidAmount, PaymentMethodRef, SupplierRef


class BillPaymentLinkType(StrEnum):
    """What a bill payment's line is linked to."""

    UNKNOWN = "Unknown"
    UNLINKED = "Unlinked"
    BILL = "Bill"
    OTHER = "Other"
    CREDIT_NOTE = "CreditNote"
    BILL_PAYMENT = "BillPayment"
    PAYMENT_ON_ACCOUNT = "PaymentOnAccount"
    REFUND = "Refund"
    MANUAL_JOURNAL = "ManualJournal"
    DISCOUNT = "Discount"


class BillPaymentLink(PaidAmount):
    """What a line settles; a negative amount lowers the payable, a positive one raises it.

    The amount is in the linked record's currency; times `currency_rate` it is in the payment's.
    """

    type: BillPaymentLinkType


class BillPaymentLine(Shape):
    """A part of the payment: `amount` and the amounts of its links add up to zero."""

    amount: Money
    links: tuple[BillPaymentLink, ...] | None = None
    allocated_on_date: Timestamp | None = None


class BillPayment(SupplementedRecord):
    """Money that a supplier was paid, or gave back (negative): the sum of the lines' amounts."""

    promoted = promoted(
        ("supplierRef.id", Kind.TEXT),
        ("supplierRef.supplierName", Kind.TEXT),
        ("accountRef.id", Kind.TEXT),
        ("date", Kind.DATETIME),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("reference", Kind.TEXT),
    )

    date: Timestamp
    supplier_ref: SupplierRef | None = None
    account_ref: AccountRef | None = None
    payment_method_ref: PaymentMethodRef | None = None
    total_amount: Money | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    note: str | None = None
    lines: tuple[BillPaymentLine, ...] | None = None
    reference: str | None = None
