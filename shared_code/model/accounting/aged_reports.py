"""Aged debtors and creditors: what is still open, by contact, currency and age.

They are computed from records and answered; no source delivers them.
"""

from __future__ import annotations

from shared_code.model.base import Money, Shape, Timestamp


class AgedOutstandingAmountDetail(Shape):
    """How much of an amount stems from one data type, such as bills; credit is negative."""

    name: str
    amount: Money


class AgedOutstandingAmount(Shape):
    """What is open from documents of a period, both days included; the oldest has no `from_date`.

    The amount is in the currency under which it stands, and negative where credit prevails.
    """

    amount: Money
    details: tuple[AgedOutstandingAmountDetail, ...]
    from_date: Timestamp | None = None
    to_date: Timestamp | None = None


class AgedCurrencyOutstanding(Shape):
    """What is open in one currency, by period."""

    currency: str
    aged_outstanding_amounts: tuple[AgedOutstandingAmount, ...]


class AgedDebtor(Shape):
    """What a customer owes."""

    customer_id: str
    aged_currency_outstanding: tuple[AgedCurrencyOutstanding, ...]
    customer_name: str | None = None


class AgedDebtorReport(Shape):
    """What customers owed on `report_date`, as computed at the moment `generated`."""

    generated: Timestamp
    report_date: Timestamp
    data: tuple[AgedDebtor, ...]


class AgedCreditor(Shape):
    """What a supplier is owed."""

    supplier_id: str
    aged_currency_outstanding: tuple[AgedCurrencyOutstanding, ...]
    supplier_name: str | None = None


class AgedCreditorReport(Shape):
    """What suppliers were owed on `report_date`, as computed at the moment `generated`."""

    generated: Timestamp
    report_date: Timestamp
    data: tuple[AgedCreditor, ...]
