"""Bills: what is owed to suppliers."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.accounting.lines import CategorisedLine
from shared_code.model.base import Kind, Money, Number, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import (
    PayableTracking,
    PaymentAllocation,
    PurchaseLineRef,
    PurchaseOrderRef,
    SupplierRef,
    WithholdingTax,
)


class BillStatus(StrEnum):
    """How far a bill has come; a draft has no effect on the ledger."""

    UNKNOWN = "Unknown"
    DRAFT = "Draft"
    OPEN = "Open"
    PARTIALLY_PAID = "PartiallyPaid"
    PAID = "Paid"
    VOID = "Void"


class BillLine(CategorisedLine):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""

    line_number: str | None = None
    unit_of_measurement: str | None = None
    purchase_order_line_ref: PurchaseLineRef | None = None
    tracking: PayableTracking | None = None
    is_direct_cost: bool | None = None


class Bill(SupplementedRecord):
    """A purchase invoice, in its own currency.

    `currency_rate` times an amount is the amount in the base currency.
    """

    promoted = promoted(
        ("reference", Kind.TEXT),
        ("supplierRef.id", Kind.TEXT),
        ("supplierRef.supplierName", Kind.TEXT),
        ("issueDate", Kind.DATETIME),
        ("dueDate", Kind.DATETIME),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("amountDue", Kind.MONEY),
        ("status", Kind.TEXT),
    )

    issue_date: Timestamp
    sub_total: Money
    tax_amount: Money
    total_amount: Money
    status: BillStatus
    reference: str | None = None
    supplier_ref: SupplierRef | None = None
    purchase_order_refs: tuple[PurchaseOrderRef, ...] | None = None
    due_date: Timestamp | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    line_items: tuple[BillLine, ...] | None = None
    withholding_tax: tuple[WithholdingTax, ...] | None = None
    amount_due: Money | None = None
    note: str | None = None
    payment_allocations: tuple[PaymentAllocation, ...] | None = None
