"""Suppliers: who sells to the company."""

from __future__ import annotations

from shared_code.model.base import Kind, SupplementedRecord, promoted
from shared_code.model.shapes import Address, Status


class Supplier(SupplementedRecord):
    """A person or organisation from which the company buys."""

    promoted = promoted(
        ("supplierName", Kind.TEXT),
        ("contactName", Kind.TEXT),
        ("emailAddress", Kind.TEXT),
        ("defaultCurrency", Kind.TEXT),
        ("registrationNumber", Kind.TEXT),
        ("taxNumber", Kind.TEXT),
        ("status", Kind.TEXT),
    )

    status: Status
    supplier_name: str | None = None
    contact_name: str | None = None
    email_address: str | None = None
    phone: str | None = None
    addresses: tuple[Address, ...] | None = None
    registration_number: str | None = None
    tax_number: str | None = None
    default_currency: str | None = None
