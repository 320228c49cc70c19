"""Direct costs: what was bought and paid at once, without a bill."""

from __future__ import annotations

from shared_code.model.accounting.direct_transaction import DirectTransaction
from shared_code.model.accounting.lines import CategorisedLine
from shared_code.model.base import Shape
from shared_code.model.shapes import RecordRef, TrackedRef


class DirectCostTracking(Shape):
    """What a line is tracked by, and to whom it is charged on."""

    record_refs: tuple[TrackedRef, ...]
    invoice_to: RecordRef | None = None


class DirectCostLine(CategorisedLine):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""

    tracking: DirectCostTracking | None = None


class DirectCost(DirectTransaction):
    """A purchase paid at once, in its own currency: spending is positive, a refund negative.

    `currency_rate` times an amount is the amount in the base currency.
    """

    line_items: tuple[DirectCostLine, ...]
