"""The cash flow statement: what money came in and went out, period by period."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.accounting.report_lines import ReportBasis, ReportLine
from shared_code.model.base import Shape, Timestamp


class ReportInput(StrEnum):
    """What a cash flow is made from: movements of money (direct), or profit adjusted (indirect)."""

    UNKNOWN = "Unknown"
    INDIRECT = "Indirect"
    DIRECT = "Direct"


class CashFlowPeriod(Shape):
    """A period, both days included, with what was received and what was paid."""

    from_date: Timestamp | None = None
    to_date: Timestamp | None = None
    cash_receipts: ReportLine | None = None
    cash_payments: ReportLine | None = None


class CashFlowStatement(Shape):
    """Periods in the base currency, and the months between which there are any."""

    currency: str
    reports: tuple[CashFlowPeriod, ...]
    report_basis: ReportBasis
    report_input: ReportInput
    most_recent_available_month: Timestamp | None = None
    earliest_available_month: Timestamp | None = None
