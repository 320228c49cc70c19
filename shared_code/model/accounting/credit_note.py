"""Credit notes: what customers are credited."""

from __future__ import annotations

from shared_code.model.accounting.lines import ReceivableLine
from shared_code.model.base import Kind, Money, Number, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import (
    CreditNoteStatus,
    CustomerRef,
    PaymentAllocation,
    WithholdingTax,
)


class CreditNoteLine(ReceivableLine):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""


class CreditNote(SupplementedRecord):
    """A reduction of what a customer owes, in its own currency; its amounts are positive.

    `remaining_credit` is not yet allocated. `currency_rate` times an amount is the amount in the
    base currency.
    """

    promoted = promoted(
        ("creditNoteNumber", Kind.TEXT),
        ("customerRef.id", Kind.TEXT),
        ("customerRef.companyName", Kind.TEXT),
        ("issueDate", Kind.DATETIME),
        ("allocatedOnDate", Kind.DATETIME),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("remainingCredit", Kind.MONEY),
        ("status", Kind.TEXT),
    )

    total_amount: Money
    total_discount: Money
    sub_total: Money
    total_tax_amount: Money
    discount_percentage: Number
    remaining_credit: Money
    status: CreditNoteStatus
    credit_note_number: str | None = None
    customer_ref: CustomerRef | None = None
    withholding_tax: tuple[WithholdingTax, ...] | None = None
    additional_tax_amount: Money | None = None
    additional_tax_percentage: Number | None = None
    issue_date: Timestamp | None = None
    allocated_on_date: Timestamp | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    line_items: tuple[CreditNoteLine, ...] | None = None
    payment_allocations: tuple[PaymentAllocation, ...] | None = None
    note: str | None = None
