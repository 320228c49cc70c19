"""Commerce customers: who buys in the shop."""

from __future__ import annotations

from shared_code.model.base import Kind, Record, Timestamp, promoted
from shared_code.model.commerce.shapes import CommerceAddress


class CommerceCustomer(Record):
    """A person or organisation that buys goods or services."""

    promoted = promoted(
        ("customerName", Kind.TEXT),
        ("emailAddress", Kind.TEXT),
        ("phone", Kind.TEXT),
        ("defaultCurrency", Kind.TEXT),
        ("createdDate", Kind.DATETIME),
    )

    customer_name: str | None = None
    email_address: str | None = None
    phone: str | None = None
    default_currency: str | None = None
    addresses: tuple[CommerceAddress, ...] | None = None
    note: str | None = None
    created_date: Timestamp | None = None
