"""Purchase orders: what is ordered from suppliers."""

from __future__ import annotations

from shared_code.model.accounting.lines import CategorisedLine
from shared_code.model.base import (
    AccountingRecord,
    Kind,
    Money,
    Number,
    Shape,
    Timestamp,
    promoted,
)
from shared_code.model.shapes import OrderStatus, ShipTo, SupplierRef


class OrderAuthor(Shape):
    """Who wrote an order."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class PurchaseOrderLine(CategorisedLine):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""

    line_number: str | None = None
    unit_of_measurement: str | None = None


class PurchaseOrder(AccountingRecord):
    """An order with a supplier, in its own currency, without effect on the ledger.

    `currency_rate` times an amount is the amount in the base currency.
    """

    promoted = promoted(
        ("purchaseOrderNumber", Kind.TEXT),
        ("supplierRef.id", Kind.TEXT),
        ("supplierRef.supplierName", Kind.TEXT),
        ("issueDate", Kind.DATETIME),
        ("expectedDeliveryDate", Kind.DATETIME),
        ("deliveryDate", Kind.DATETIME),
        ("paymentDueDate", Kind.DATETIME),
        ("status", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
    )

    status: OrderStatus
    created_by: OrderAuthor | None = None
    purchase_order_number: str | None = None
    issue_date: Timestamp | None = None
    payment_due_date: Timestamp | None = None
    expected_delivery_date: Timestamp | None = None
    delivery_date: Timestamp | None = None
    note: str | None = None
    ship_to: ShipTo | None = None
    supplier_ref: SupplierRef | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    line_items: tuple[PurchaseOrderLine, ...] | None = None
    total_discount: Money | None = None
    sub_total: Money | None = None
    total_tax_amount: Money | None = None
    total_amount: Money | None = None
