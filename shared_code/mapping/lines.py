"""The lines of documents: what they come to, and what they are tracked by, by the type of document.

A connector gives what all lines have in common; what differs between the types is written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TypedDict, TypeVar

from shared_code.mapping.exact import EXACT, percent_of, to_cents
from shared_code.model.accounting.bill import BillLine
from shared_code.model.accounting.bill_credit_note import BillCreditNoteLine
from shared_code.model.accounting.direct_cost import DirectCostLine, DirectCostTracking
from shared_code.model.accounting.lines import CategorisedLine, ReceivableLine
from shared_code.model.shapes import (
    AccountRef,
    BilledTo,
    ItemRef,
    PayableTracking,
    ReceivableTracking,
    SoldBilledTo,
    TaxRateRef,
    TrackedRef,
    TrackedType,
    TrackingCategoryRef,
)

R = TypeVar("R", bound=ReceivableLine)
C = TypeVar("C", bound=CategorisedLine)

Categories = tuple[TrackingCategoryRef, ...]


class LineValues(TypedDict):
    """A line of any document: `sub_total` is after discount and before tax, the total with tax."""

    unit_amount: Decimal
    quantity: Decimal
    description: str | None
    discount_amount: Decimal | None
    discount_percentage: Decimal | None
    sub_total: Decimal
    tax_amount: Decimal
    total_amount: Decimal
    account_ref: AccountRef | None
    tax_rate_ref: TaxRateRef | None
    item_ref: ItemRef | None
    tracking_category_refs: Categories | None
    """None where the provider knows no categories."""


Lines = Iterable[LineValues]


def taxed(amount: Decimal, tax: Decimal, *, inclusive: bool) -> tuple[Decimal, Decimal]:
    """Give an amount before and with tax, of one that includes it or not."""
    if inclusive:
        return EXACT.subtract(amount, tax), amount
    return amount, EXACT.add(amount, tax)


def discount_of(quantity: Decimal, unit_amount: Decimal, percent: Decimal) -> Decimal:
    """Work out what a discount took off, in whole cents."""
    return to_cents(percent_of(EXACT.multiply(quantity, unit_amount), percent))


def plain_lines(model: type[C], lines: Lines) -> tuple[C, ...]:
    """Write lines of a type that shows no more than their categories."""
    return tuple(model(**line) for line in lines)


def receivable_lines(model: type[R], lines: Lines) -> tuple[R, ...]:
    """Write the lines of what customers owe or are owed, which no project is charged for."""
    return tuple(
        model(
            **line,
            tracking=_receivable_tracking(line["tracking_category_refs"]),
            is_direct_income=False,
        )
        for line in lines
    )


def bill_lines(lines: Lines) -> tuple[BillLine, ...]:
    """Write the lines of what suppliers are owed."""
    return tuple(
        BillLine(
            **line,
            tracking=_payable_tracking(line["tracking_category_refs"]),
            is_direct_cost=False,
        )
        for line in lines
    )


def bill_credit_note_lines(lines: Lines) -> tuple[BillCreditNoteLine, ...]:
    """Write the lines of what suppliers credit."""
    return tuple(
        BillCreditNoteLine(**line, tracking=_payable_tracking(line["tracking_category_refs"]))
        for line in lines
    )


def direct_cost_lines(lines: Lines) -> tuple[DirectCostLine, ...]:
    """Write the lines of what was paid at once."""
    return tuple(
        DirectCostLine(**line, tracking=_cost_tracking(line["tracking_category_refs"]))
        for line in lines
    )


def tracked_refs(tracked: Categories) -> tuple[TrackedRef, ...]:
    """Refer to tracking categories as to records."""
    return tuple(
        TrackedRef(id=each.id, data_type=TrackedType.TRACKING_CATEGORIES) for each in tracked
    )


def _receivable_tracking(tracked: Categories | None) -> ReceivableTracking | None:
    if not tracked:
        return None
    return ReceivableTracking(
        category_refs=tracked,
        is_billed_to=SoldBilledTo.NOT_APPLICABLE,
        is_rebilled_to=SoldBilledTo.NOT_APPLICABLE,
    )


def _payable_tracking(tracked: Categories | None) -> PayableTracking | None:
    """Show what a purchase is tracked by; to whom it is charged on is not known here."""
    if not tracked:
        return None
    return PayableTracking(
        category_refs=tracked, is_billed_to=BilledTo.UNKNOWN, is_rebilled_to=BilledTo.UNKNOWN
    )


def _cost_tracking(tracked: Categories | None) -> DirectCostTracking | None:
    return DirectCostTracking(record_refs=tracked_refs(tracked)) if tracked else None
