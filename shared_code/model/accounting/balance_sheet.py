"""The balance sheet: what the business owns and owes, month by month."""

from __future__ import annotations

from shared_code.model.accounting.report_lines import ReportLine
from shared_code.model.base import Money, Shape, Timestamp


class BalanceSheetReport(Shape):
    """The position at the end of `date`; net assets are assets less liabilities."""

    net_assets: Money
    date: Timestamp | None = None
    assets: ReportLine | None = None
    liabilities: ReportLine | None = None
    equity: ReportLine | None = None


class BalanceSheet(Shape):
    """Positions in the base currency, and the months between which there are any."""

    currency: str
    reports: tuple[BalanceSheetReport, ...]
    most_recent_available_month: Timestamp | None = None
    earliest_available_month: Timestamp | None = None
