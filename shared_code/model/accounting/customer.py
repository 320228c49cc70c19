"""Customers: who buys."""

from __future__ import annotations

from shared_code.model.base import Kind, Shape, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import Address, PhoneNumber, Status


class Contact(Shape):
    """A person at the customer."""

    status: Status
    name: str | None = None
    email: str | None = None
    phone: tuple[PhoneNumber, ...] | None = None
    address: Address | None = None
    modified_date: Timestamp | None = None


class Customer(SupplementedRecord):
    """A person or organisation that buys goods or services."""

    promoted = promoted(
        ("customerName", Kind.TEXT),
        ("contactName", Kind.TEXT),
        ("emailAddress", Kind.TEXT),
        ("defaultCurrency", Kind.TEXT),
        ("registrationNumber", Kind.TEXT),
        ("taxNumber", Kind.TEXT),
        ("status", Kind.TEXT),
    )

    status: Status
    customer_name: str | None = None
    contact_name: str | None = None
    email_address: str | None = None
    default_currency: str | None = None
    phone: str | None = None
    addresses: tuple[Address, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    registration_number: str | None = None
    tax_number: str | None = None
