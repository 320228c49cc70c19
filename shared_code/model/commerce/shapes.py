"""Shapes that several commerce types share: references, addresses, taxes, payment states."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Number, Shape


class CommerceAddressType(StrEnum):
    """What an address is for."""

    UNKNOWN = "Unknown"
    BILLING = "Billing"
    DELIVERY = "Delivery"
    ORDER = "Order"
    INVENTORY = "Inventory"


class CommerceAddress(Shape):
    """A postal address."""

    type: CommerceAddressType | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    postal_code: str | None = None


class LocationRef(Shape):
    """A location."""

    id: str
    name: str | None = None


class TaxComponentRef(Shape):
    """A tax component."""

    id: str
    name: str


class AppliedTax(Shape):
    """A tax on something sold; `rate` is a percentage."""

    tax_component_ref: TaxComponentRef | None = None
    rate: Number | None = None


class CommercePaymentStatus(StrEnum):
    """How far a payment has come; an authorised one is promised, not yet taken."""

    UNKNOWN = "Unknown"
    PENDING = "Pending"
    AUTHORIZED = "Authorized"
    PAID = "Paid"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


class TransactionSourceType(StrEnum):
    """What moved the money."""

    UNKNOWN = "Unknown"
    FEE = "Fee"
    ORDER = "Order"
    PAYMENT = "Payment"
    SERVICE_CHARGE = "ServiceCharge"


class TransactionSourceRef(Shape):
    """The order, payment, fee or service charge behind a movement of money."""

    id: str
    type: TransactionSourceType
