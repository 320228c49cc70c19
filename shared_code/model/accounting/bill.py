"""Bills: what is owed to suppliers."""

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
from shared_code.model.shapes import (
    AccountRef,
    ItemRef,
    PayableTracking,
    PaymentAllocation,
    RecordRef,
    SupplierRef,
    TaxRateRef,
    TrackingCategoryRef,
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


class PurchaseOrderRef(Shape):
    """The order that a bill answers."""

    id: str | None = None
    purchase_order_number: str | None = None


class PurchaseOrderLineRef(RecordRef):
    """The line that a bill's line was made from."""

    line_number: str | None = None


class BillLine(Shape):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""

    unit_amount: Money
    quantity: Number
    line_number: str | None = None
    description: str | None = None
    unit_of_measurement: str | None = None
    discount_amount: Money | None = None
    sub_total: Money | None = None
    tax_amount: Money | None = None
    total_amount: Money | None = None
    discount_percentage: Number | None = None
    account_ref: AccountRef | None = None
    tax_rate_ref: TaxRateRef | None = None
    item_ref: ItemRef | None = None
    purchase_order_line_ref: PurchaseOrderLineRef | None = None
    tracking_category_refs: tuple[TrackingCategoryRef, ...] | None = None
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
