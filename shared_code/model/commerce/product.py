"""Products: what the shop sells, in which variants."""

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
from shared_code.model.commerce.shapes import LocationRef


class VariantStatus(StrEnum):
    """Whether buyers can see a variant."""

    UNKNOWN = "Unknown"
    PUBLISHED = "Published"
    UNPUBLISHED = "Unpublished"


class VariantPrice(Shape):
    """What one unit costs in one currency."""

    currency: str | None = None
    unit_price: Money | None = None


class StockedLocation(Shape):
    """How much of a variant is at a location."""

    quantity: Number | None = None
    location_ref: LocationRef | None = None


class Inventory(Shape):
    """How much of a variant there is, in all and by location."""

    total_quantity: Number | None = None
    locations: tuple[StockedLocation, ...] | None = None


class ProductVariant(Shape):
    """A size, colour or the like of a product; its dates are its own, not the product's.

    Money is per `unit_of_measure`; `vat_percentage` applies where `is_tax_enabled`.
    """

    id: str
    name: str | None = None
    is_tax_enabled: bool | None = None
    sku: str | None = None
    barcode: str | None = None
    unit_of_measure: str | None = None
    vat_percentage: Number | None = None
    prices: tuple[VariantPrice, ...] | None = None
    inventory: Inventory | None = None
    shipping_required: bool | None = None
    status: VariantStatus | None = None
    created_date: Timestamp | None = None
    modified_date: Timestamp | None = None
    source_modified_date: Timestamp | None = None


class Product(Record):
    """Something that the shop sells; prices and stock are its variants'."""

    promoted = promoted(
        ("name", Kind.TEXT),
        ("description", Kind.TEXT),
        ("categorization", Kind.TEXT),
        ("isGiftCard", Kind.BOOLEAN),
    )

    name: str | None = None
    description: str | None = None
    categorization: str | None = None
    is_gift_card: bool | None = None
    variants: tuple[ProductVariant, ...] | None = None
    supplemental_data: SupplementalData | None = None
