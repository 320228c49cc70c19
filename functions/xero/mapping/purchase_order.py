"""Purchase orders."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.document import shared_values, totals_of
from functions.xero.mapping.lines import line_values
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, midnight, reads
from functions.xero.mapping.references import supplier
from shared_code.model.accounting.purchase_order import PurchaseOrder, PurchaseOrderLine
from shared_code.model.shapes import (
    Address,
    AddressType,
    OrderStatus,
    ShipTo,
    ShipToContact,
)

_STATUSES = Vocabulary(
    "status",
    {
        "DRAFT": OrderStatus.DRAFT,
        "SUBMITTED": OrderStatus.DRAFT,
        "AUTHORISED": OrderStatus.OPEN,
        "BILLED": OrderStatus.CLOSED,
        "DELETED": OrderStatus.VOID,
    },
    OrderStatus.UNKNOWN,
)


@reads(native.PurchaseOrder)
def map_purchase_order(order: native.PurchaseOrder, lookups: Lookups) -> PurchaseOrder:
    """Map an order; Xero says when it is expected, and never when it was delivered."""
    unmapped: Unmapped = {}
    totals = totals_of(order)
    return PurchaseOrder.model_validate(
        shared_values(order, lookups)
        | {
            "id": order.purchase_order_id,
            "purchase_order_number": order.purchase_order_number,
            "issue_date": midnight(order.date),
            "expected_delivery_date": midnight(order.expected_arrival_date or order.delivery_date),
            "note": order.reference or order.delivery_instructions,
            "ship_to": _ship_to(order),
            "supplier_ref": supplier(order.contact),
            "status": _STATUSES.translate(order.status, unmapped),
            "line_items": tuple(
                PurchaseOrderLine(**values) for values in line_values(order, lookups, unmapped)
            ),
            "total_discount": order.total_discount,
            "sub_total": totals.sub_total,
            "total_tax_amount": totals.tax,
            "total_amount": totals.total,
        }
    )


def _ship_to(order: native.PurchaseOrder) -> ShipTo | None:
    """Show where to deliver to; Xero has the address as one text."""
    reached = (order.attention_to, order.telephone)
    if not any(reached) and not order.delivery_address:
        return None
    contact = ShipToContact(name=order.attention_to, phone=order.telephone)
    address = Address(type=AddressType.DELIVERY, line1=order.delivery_address)
    return ShipTo(
        contact=contact if any(reached) else None,
        address=address if order.delivery_address else None,
    )
