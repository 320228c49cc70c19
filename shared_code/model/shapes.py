"""Shapes that several data types hold: references, addresses, allocations, tracking."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Money, Number, Shape, Timestamp


class Status(StrEnum):
    """Whether a customer, supplier, item or tax rate is in use."""

    UNKNOWN = "Unknown"
    ACTIVE = "Active"
    ARCHIVED = "Archived"


class AccountRef(Shape):
    """A nominal account."""

    id: str | None = None
    name: str | None = None


class TaxRateRef(Shape):
    """A tax rate; the effective rate is a percentage."""

    id: str | None = None
    name: str | None = None
    effective_tax_rate: Number | None = None


class ItemRef(Shape):
    """A product or service."""

    id: str
    name: str | None = None


class TrackingCategoryRef(Shape):
    """A tracking category, of which lines carry the leaves."""

    id: str
    name: str | None = None


class CustomerRef(Shape):
    """A customer."""

    id: str
    company_name: str | None = None


class SupplierRef(Shape):
    """A supplier."""

    id: str
    supplier_name: str | None = None


class ProjectRef(Shape):
    """A project."""

    id: str
    name: str | None = None


class PaymentMethodRef(Shape):
    """A payment method."""

    id: str
    name: str | None = None


class RecordRef(Shape):
    """A record of the data type whose key is `data_type`."""

    id: str | None = None
    data_type: str | None = None


class WithholdingTax(Shape):
    """Tax that the payer keeps back."""

    name: str
    amount: Money


class AddressType(StrEnum):
    """What an address is for."""

    UNKNOWN = "Unknown"
    BILLING = "Billing"
    DELIVERY = "Delivery"


class Address(Shape):
    """A postal address."""

    type: AddressType
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    postal_code: str | None = None


class PhoneType(StrEnum):
    """What a telephone number reaches."""

    UNKNOWN = "Unknown"
    PRIMARY = "Primary"
    LANDLINE = "Landline"
    MOBILE = "Mobile"
    FAX = "Fax"


class PhoneNumber(Shape):
    """A telephone number as the source writes it."""

    type: PhoneType
    number: str | None = None


class WebLinkType(StrEnum):
    """What a link leads to."""

    UNKNOWN = "Unknown"
    WEBSITE = "Website"
    SOCIAL = "Social"


class WebLink(Shape):
    """A page of the company."""

    type: WebLinkType
    url: str | None = None


class ValidDataTypeLink(Shape):
    """Which properties (`links`, such as `Invoices.LineItems.AccountRef.Id`) may point here."""

    property: str | None = None
    links: tuple[str, ...] | None = None


class AllocatedPayment(Shape):
    """The payment that was allocated; its total is in the payment's currency."""

    id: str | None = None
    note: str | None = None
    reference: str | None = None
    account_ref: AccountRef | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    paid_on_date: Timestamp | None = None
    total_amount: Money | None = None


class Allocation(Shape):
    """How much of the payment went to this document, in the document's currency."""

    currency: str | None = None
    currency_rate: Number | None = None
    allocated_on_date: Timestamp | None = None
    total_amount: Money | None = None


class PaymentAllocation(Shape):
    """Money that settled (part of) a document."""

    payment: AllocatedPayment
    allocation: Allocation


class BilledTo(StrEnum):
    """To whom a line is charged on; `Customer` only on what was bought."""

    UNKNOWN = "Unknown"
    NOT_APPLICABLE = "NotApplicable"
    CUSTOMER = "Customer"
    PROJECT = "Project"


class PayableTracking(Shape):
    """What a purchase line is tracked by."""

    category_refs: tuple[TrackingCategoryRef, ...]
    is_billed_to: BilledTo
    is_rebilled_to: BilledTo
    customer_ref: CustomerRef | None = None
    project_ref: ProjectRef | None = None


class ReceivableTracking(Shape):
    """What a sales line is tracked by."""

    category_refs: tuple[TrackingCategoryRef, ...]
    is_billed_to: BilledTo
    is_rebilled_to: BilledTo
    customer_ref: CustomerRef | None = None
    project_ref: ProjectRef | None = None
    record_ref: RecordRef | None = None


NO_CURRENCY = "XXX"
"""What ISO 4217 writes where there is no currency."""
