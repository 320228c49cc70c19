"""Sales orders: what customers order."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.accounting.lines import Line
from shared_code.model.base import AccountingRecord, Kind, Money, Number, Timestamp, promoted
from shared_code.model.shapes import CustomerRef, OrderStatus, RecordTracking, ShipTo


class InvoicingStatus(StrEnum):
    """How much of an order has been invoiced."""

    UNKNOWN = "Unknown"
    PARTIALLY_INVOICED = "PartiallyInvoiced"
    INVOICED = "Invoiced"
    NOT_INVOICED = "NotInvoiced"


class SalesOrderLine(Line):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""

    tracking: RecordTracking | None = None


class SalesOrder(AccountingRecord):
    """A customer's order, in its own currency, without effect on the ledger.

    `currency_rate` times an amount is the amount in the base currency.
    """

    promoted = promoted(
        ("salesOrderNumber", Kind.TEXT),
        ("customerPurchaseOrderNumber", Kind.TEXT),
        ("customerRef.id", Kind.TEXT),
        ("customerRef.companyName", Kind.TEXT),
        ("issueDate", Kind.DATETIME),
        ("expectedDeliveryDate", Kind.DATETIME),
        ("status", Kind.TEXT),
        ("invoicingStatus", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
    )

    status: OrderStatus
    invoicing_status: InvoicingStatus
    sales_order_number: str | None = None
    customer_purchase_order_number: str | None = None
    issue_date: Timestamp | None = None
    expected_delivery_date: Timestamp | None = None
    note: str | None = None
    ship_to: ShipTo | None = None
    customer_ref: CustomerRef | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    line_items: tuple[SalesOrderLine, ...] | None = None
    total_discount: Money | None = None
    sub_total: Money | None = None
    total_tax_amount: Money | None = None
    total_amount: Money | None = None
