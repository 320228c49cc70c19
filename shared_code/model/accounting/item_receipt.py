"""Item receipts: what suppliers delivered."""

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
    PurchaseLineRef,
    PurchaseOrderRef,
    RecordTracking,
    SupplierRef,
)


class ItemReceiptStatus(StrEnum):
    """What became of a delivery."""

    UNKNOWN = "Unknown"
    DRAFT = "Draft"
    RECEIVED = "Received"
    REJECTED = "Rejected"
    VOID = "Void"


class ItemReceiptLine(Shape):
    """A line; `sub_total` is before tax, `total_amount` includes it."""

    unit_amount: Money
    quantity: Number
    line_number: str | None = None
    description: str | None = None
    unit_of_measurement: str | None = None
    sub_total: Money | None = None
    total_amount: Money | None = None
    account_ref: AccountRef | None = None
    item_ref: ItemRef | None = None
    purchase_order_line_ref: PurchaseLineRef | None = None
    tracking: RecordTracking | None = None


class ItemReceipt(SupplementedRecord):
    """A delivery by a supplier, in its own currency; a bill may follow.

    `currency_rate` times an amount is the amount in the base currency.
    """

    promoted = promoted(
        ("receivedDate", Kind.DATETIME),
        ("supplierRef.id", Kind.TEXT),
        ("supplierRef.supplierName", Kind.TEXT),
        ("reference", Kind.TEXT),
        ("status", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("subTotal", Kind.MONEY),
        ("totalAmount", Kind.MONEY),
    )

    status: ItemReceiptStatus
    reference: str | None = None
    supplier_ref: SupplierRef | None = None
    purchase_order_refs: tuple[PurchaseOrderRef, ...] | None = None
    received_date: Timestamp | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    note: str | None = None
    line_items: tuple[ItemReceiptLine, ...] | None = None
    sub_total: Money | None = None
    total_amount: Money | None = None
