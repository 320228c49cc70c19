"""What the financial statements have in common."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Money, Shape


class ReportBasis(StrEnum):
    """When money counts: once it is earned or owed (accrual), or once it moves (cash)."""

    UNKNOWN = "Unknown"
    ACCRUAL = "Accrual"
    CASH = "Cash"


class ReportLine(Shape):
    """A line in the business's own layout, in the statement's currency; `items` make it up."""

    value: Money
    name: str | None = None
    account_id: str | None = None
    items: tuple[ReportLine, ...] | None = None
