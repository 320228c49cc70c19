"""Orders: what was sold in the shop, and how it was paid."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import (
    Kind,
    Money,
    Number,
    Record,
    Shape,
    SupplementalData,
    Timestamp,
    promoted,
)
from shared_code.model.commerce.shapes import AppliedTax, CommercePaymentStatus, LocationRef


class ProductRef(Shape):
    """A product."""

    id: str
    name: str | None = None


class ProductVariantRef(Shape):
    """A variant of a product."""

    id: str
    name: str | None = None


class CommerceCustomerRef(Shape):
    """A customer of the shop."""

    id: str
    name: str | None = None


class DiscountAllocation(Shape):
    """The part of a discount that falls to a line."""

    name: str | None = None
    total_amount: Money | None = None


class OrderLine(Shape):
    """A line; `total_amount` is after discount and includes tax."""

    id: str
    quantity: Number | None = None
    tax_percentage: Number | None = None
    total_amount: Money | None = None
    total_tax_amount: Money | None = None
    unit_price: Money | None = None
    taxes: tuple[AppliedTax, ...] | None = None
    product_ref: ProductRef | None = None
    product_variant_ref: ProductVariantRef | None = None
    discount_allocations: tuple[DiscountAllocation, ...] | None = None


class OrderPaymentType(StrEnum):
    """How an order was paid."""

    UNKNOWN = "Unknown"
    CASH = "Cash"
    CARD = "Card"
    INVOICE = "Invoice"
    ONLINE_CARD = "OnlineCard"
    SWISH = "Swish"
    VIPPS = "Vipps"
    MOBILE = "Mobile"
    STORE_CREDIT = "StoreCredit"
    PAYPAL = "Paypal"
    CUSTOM = "Custom"
    PREPAID = "Prepaid"


class OrderPayment(Shape):
    """A payment of the order; its dates are its own, not the order's."""

    id: str
    amount: Money | None = None
    currency: str | None = None
    type: OrderPaymentType | None = None
    status: CommercePaymentStatus | None = None
    payment_provider: str | None = None
    due_date: Timestamp | None = None
    created_date: Timestamp | None = None
    modified_date: Timestamp | None = None
    source_modified_date: Timestamp | None = None


class ServiceChargeType(StrEnum):
    """What is charged beside the goods."""

    UNKNOWN = "Unknown"
    GENERIC = "Generic"
    SHIPPING = "Shipping"
    OVERPAYMENT = "Overpayment"


class ServiceCharge(Shape):
    """A charge beside the goods, such as shipping; `total_amount` includes tax."""

    description: str | None = None
    total_amount: Money | None = None
    tax_percentage: Number | None = None
    tax_amount: Money | None = None
    taxes: tuple[AppliedTax, ...] | None = None
    quantity: int | None = None
    type: ServiceChargeType | None = None


class Order(Record):
    """A sale; `total_amount` is after discounts, and includes tax, charges and gratuity."""

    promoted = promoted(
        ("createdDate", Kind.DATETIME),
        ("closedDate", Kind.DATETIME),
        ("orderNumber", Kind.TEXT),
        ("customerRef.id", Kind.TEXT),
        ("customerRef.name", Kind.TEXT),
        ("locationRef.id", Kind.TEXT),
        ("country", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("totalRefund", Kind.MONEY),
    )

    order_number: str | None = None
    country: str | None = None
    currency: str | None = None
    closed_date: Timestamp | None = None
    total_amount: Money | None = None
    total_refund: Money | None = None
    total_tax_amount: Money | None = None
    total_discount: Money | None = None
    total_gratuity: Money | None = None
    order_line_items: tuple[OrderLine, ...] | None = None
    payments: tuple[OrderPayment, ...] | None = None
    service_charges: tuple[ServiceCharge, ...] | None = None
    location_ref: LocationRef | None = None
    customer_ref: CommerceCustomerRef | None = None
    supplemental_data: SupplementalData | None = None
    created_date: Timestamp | None = None
