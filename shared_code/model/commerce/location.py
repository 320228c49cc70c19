"""Locations: where goods are kept and sold."""

from __future__ import annotations

from shared_code.model.base import Kind, Record, promoted
from shared_code.model.commerce.shapes import CommerceAddress


class Location(Record):
    """A shop, a warehouse, or another place of the company."""

    promoted = promoted(
        ("name", Kind.TEXT),
        ("address.line1", Kind.TEXT),
        ("address.city", Kind.TEXT),
        ("address.region", Kind.TEXT),
        ("address.country", Kind.TEXT),
        ("address.postalCode", Kind.TEXT),
    )

    name: str | None = None
    address: CommerceAddress | None = None
