"""What the lines of bills, invoices, orders and other documents have in common."""

from __future__ import annotations

from shared_code.model.base import Money, Number, Shape
from shared_code.model.shapes import (
    AccountRef,
    ItemRef,
    ReceivableTracking,
    TaxRateRef,
    TrackingCategoryRef,
)


class Line(Shape):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""

    unit_amount: Money
    quantity: Number
    description: str | None = None
    discount_amount: Money | None = None
    discount_percentage: Number | None = None
    sub_total: Money | None = None
    tax_amount: Money | None = None
    total_amount: Money | None = None
    account_ref: AccountRef | None = None
    tax_rate_ref: TaxRateRef | None = None
    item_ref: ItemRef | None = None


class CategorisedLine(Line):
    """A line that carries tracking categories; amounts as in `Line`."""

    tracking_category_refs: tuple[TrackingCategoryRef, ...] | None = None


class ReceivableLine(CategorisedLine):
    """A line of what customers owe or are owed; amounts as in `Line`."""

    tracking: ReceivableTracking | None = None
    is_direct_income: bool | None = None
