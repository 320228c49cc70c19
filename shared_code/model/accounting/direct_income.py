"""Direct incomes: what was sold and paid at once, without an invoice."""

from __future__ import annotations

from shared_code.model.accounting.direct_transaction import DirectTransaction
from shared_code.model.accounting.lines import CategorisedLine


class DirectIncomeLine(CategorisedLine):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""


class DirectIncome(DirectTransaction):
    """A sale paid at once, in its own currency: income is positive, a refund negative.

    `currency_rate` times an amount is the amount in the base currency.
    """

    line_items: tuple[DirectIncomeLine, ...]
