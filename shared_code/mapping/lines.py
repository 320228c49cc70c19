"""The lines of documents: what they come to, and what they are tracked by, by the type of document.

A connector gives what all lines have in common; what differs between the types is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict

from shared_code.mapping.books import Books
from shared_code.mapping.exact import EXACT, ONE, ZERO, percent_of, to_cents
from shared_code.mapping.reading import Amount, Named, Native, Text
from shared_code.mapping.sharing import Unmade, category_ref, tracked_ref
from shared_code.mapping.words import Unmapped
from shared_code.model.shapes import (
    AccountRef,
    BilledTo,
    ItemRef,
    SoldBilledTo,
    TaxRateRef,
    TrackedRef,
    TrackedType,
    TrackingCategoryRef,
)

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


class ToldLine(Native):
    """A line as a provider tells it: its shape inherits this, and says its names as aliases.

    Keys are what `Books` finds things by; an id, where it is told, needs no looking up.
    """

    description: Text = None
    quantity: Amount | None = None
    unit_amount: Amount | None = None
    amount: Amount | None = None
    """After discount; with tax where the document's amounts include it."""
    tax_amount: Amount | None = None
    discount_amount: Amount | None = None
    discount_percentage: Amount | None = None
    account_key: Text = None
    account_id: Text = None
    tax_rate_key: Text = None
    item_key: Text = None
    item: Named | None = None
    categories: Sequence[Named] | None = None
    """What it is tracked by; None where the provider knows no categories."""


@dataclass(frozen=True, slots=True)
class LineReader:
    """Reads the lines of one document; what no lookup knows it notes in `unmapped`."""

    books: Books
    unmapped: Unmapped
    inclusive: bool = False
    """Whether amounts have the tax in them."""
    untaxed: bool = False
    """Whether what lines say of tax does not count."""

    def values(self, lines: Iterable[ToldLine]) -> list[LineValues]:
        """Complete lines and refer to what they are of.

        An amount without a price is that of one piece. A comment, which has neither, has zeros.
        """
        return [self._values(each) for each in lines]

    def _values(self, line: ToldLine) -> LineValues:
        amount, price = line.amount or ZERO, line.unit_amount
        tax = ZERO if self.untaxed else line.tax_amount or ZERO
        return {
            "unit_amount": amount if price is None else price,
            "quantity": ONE if price is None and amount else line.quantity or ZERO,
            "description": line.description,
            "discount_amount": _discount(line),
            "discount_percentage": line.discount_percentage,
            "sub_total": EXACT.subtract(amount, tax) if self.inclusive else amount,
            "tax_amount": tax,
            "total_amount": amount if self.inclusive else EXACT.add(amount, tax),
            "account_ref": self.books.account(line.account_key, self.unmapped, line.account_id),
            "tax_rate_ref": self.books.tax_rate(line.tax_rate_key),
            "item_ref": self.books.item(line.item_key, self.unmapped, line.item),
            "tracking_category_refs": None
            if line.categories is None
            else category_refs(line.categories),
        }


def _discount(line: ToldLine) -> Decimal | None:
    """Work out what a discount took off, in whole cents, where only its rate is told."""
    if line.discount_amount or not line.discount_percentage:
        return line.discount_amount
    full = EXACT.multiply(line.quantity or ZERO, line.unit_amount or ZERO)
    return to_cents(percent_of(full, line.discount_percentage))


def category_refs(categories: Iterable[Named]) -> Categories:
    """Refer to tracking categories, as far as their ids are told."""
    if not categories:
        return ()
    return tuple(category_ref(id=each.id, name=each.name) for each in categories if each.id)


def receivable_lines(lines: Lines) -> tuple[Unmade, ...]:
    """Complete the lines of what customers owe or are owed, which no project is charged for."""
    return tuple(
        {
            **line,
            "tracking": _receivable_tracking(line["tracking_category_refs"]),
            "is_direct_income": False,
        }
        for line in lines
    )


def bill_lines(lines: Lines) -> tuple[Unmade, ...]:
    """Complete the lines of what suppliers are owed."""
    return tuple({**line, "is_direct_cost": False} for line in bill_credit_note_lines(lines))


def bill_credit_note_lines(lines: Lines) -> tuple[Unmade, ...]:
    """Complete the lines of what suppliers credit."""
    return tuple(
        {**line, "tracking": _payable_tracking(line["tracking_category_refs"])} for line in lines
    )


def direct_cost_lines(lines: Lines) -> tuple[Unmade, ...]:
    """Complete the lines of what was paid at once."""
    return tuple(
        {**line, "tracking": _cost_tracking(line["tracking_category_refs"])} for line in lines
    )


def tracked_refs(tracked: Categories) -> tuple[TrackedRef, ...]:
    """Refer to tracking categories as to records."""
    if not tracked:
        return ()
    return tuple(
        tracked_ref(id=each.id, data_type=TrackedType.TRACKING_CATEGORIES) for each in tracked
    )


def _receivable_tracking(tracked: Categories | None) -> Unmade | None:
    return _tracking(tracked, SoldBilledTo.NOT_APPLICABLE)


def _payable_tracking(tracked: Categories | None) -> Unmade | None:
    """Show what a purchase is tracked by; to whom it is charged on is not known here."""
    return _tracking(tracked, BilledTo.UNKNOWN)


def _tracking(tracked: Categories | None, billed_to: StrEnum) -> Unmade | None:
    if not tracked:
        return None
    return {"category_refs": tracked, "is_billed_to": billed_to, "is_rebilled_to": billed_to}


def _cost_tracking(tracked: Categories | None) -> Unmade | None:
    return {"record_refs": tracked_refs(tracked)} if tracked else None
