"""The lines of documents: amounts, what they refer to, and what they are tracked by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from functions.xero import native
from functions.xero.mapping.amounts import EXACT, ZERO, to_cents
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped
from functions.xero.mapping.references import account_of_line, categories, item_of_line, tax_rate
from shared_code.model.accounting.lines import ReceivableLine
from shared_code.model.shapes import (
    BilledTo,
    PayableTracking,
    ReceivableTracking,
    SoldBilledTo,
    TrackedRef,
    TrackedType,
    TrackingCategoryRef,
)

R = TypeVar("R", bound=ReceivableLine)

Categories = tuple[TrackingCategoryRef, ...]


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """A line's amounts: `sub_total` after discount and before tax, `total` with tax."""

    unit_amount: Decimal
    quantity: Decimal
    discount: Decimal | None
    sub_total: Decimal
    tax: Decimal
    total: Decimal


def line_amounts(line: native.LineItem, amount_types: str | None) -> LineAmounts:
    """Read a line's amounts by the document's way of writing tax; a comment has zeros."""
    amount = line.line_amount or ZERO
    tax = ZERO if amount_types == "NoTax" else line.tax_amount or ZERO
    inclusive = amount_types == "Inclusive"
    by_itself = line.unit_amount is None and bool(amount)
    return LineAmounts(
        unit_amount=amount if line.unit_amount is None else line.unit_amount,
        quantity=Decimal(1) if by_itself else line.quantity or ZERO,
        discount=discount_of(line),
        sub_total=EXACT.subtract(amount, tax) if inclusive else amount,
        tax=tax,
        total=amount if inclusive else EXACT.add(amount, tax),
    )


def discount_of(line: native.LineItem) -> Decimal | None:
    """Give what a discount took off, worked out from its rate where Xero gives no more."""
    if line.discount_amount or not line.discount_rate:
        return line.discount_amount
    full = EXACT.multiply(line.quantity or ZERO, line.unit_amount or ZERO)
    return to_cents(EXACT.multiply(full, EXACT.divide(line.discount_rate, Decimal(100))))


def line_values(
    document: native.Document, lookups: Lookups, unmapped: Unmapped
) -> Iterator[dict[str, Any]]:
    """Give what the lines of all documents have in common, by the model's field names."""
    for line in document.line_items or ():
        amounts = line_amounts(line, document.line_amount_types)
        yield {
            "unit_amount": amounts.unit_amount,
            "quantity": amounts.quantity,
            "description": line.description,
            "discount_amount": amounts.discount,
            "discount_percentage": line.discount_rate,
            "sub_total": amounts.sub_total,
            "tax_amount": amounts.tax,
            "total_amount": amounts.total,
            "account_ref": account_of_line(line, lookups, unmapped),
            "tax_rate_ref": tax_rate(line.tax_type, lookups),
            "item_ref": item_of_line(line, lookups, unmapped),
            "tracking_category_refs": categories(line.tracking),
        }


def receivable_lines(
    model: type[R], document: native.Document, lookups: Lookups, unmapped: Unmapped
) -> tuple[R, ...]:
    """Map the lines of what customers owe or are owed."""
    return tuple(
        model(
            **values,
            tracking=_receivable_tracking(values["tracking_category_refs"]),
            is_direct_income=False,
        )
        for values in line_values(document, lookups, unmapped)
    )


def _receivable_tracking(tracked: Categories) -> ReceivableTracking | None:
    if not tracked:
        return None
    return ReceivableTracking(
        category_refs=tracked,
        is_billed_to=SoldBilledTo.NOT_APPLICABLE,
        is_rebilled_to=SoldBilledTo.NOT_APPLICABLE,
    )


def payable_tracking(tracked: Categories) -> PayableTracking | None:
    """Show what a line of a purchase is tracked by.

    Whether a cost is charged on stands in linked transactions, which are not read.
    """
    if not tracked:
        return None
    return PayableTracking(
        category_refs=tracked, is_billed_to=BilledTo.UNKNOWN, is_rebilled_to=BilledTo.UNKNOWN
    )


def tracked_refs(tracked: Categories) -> tuple[TrackedRef, ...]:
    """Refer to tracking options as to records."""
    return tuple(
        TrackedRef(id=each.id, data_type=TrackedType.TRACKING_CATEGORIES) for each in tracked
    )
