"""The profit and loss report: what was earned and spent, period by period."""

from __future__ import annotations

from shared_code.model.accounting.report_lines import ReportBasis, ReportLine
from shared_code.model.base import Money, Shape, Timestamp


class ProfitAndLossPeriod(Shape):
    """A period, both days included; income and expenses are positive, a loss is negative.

    The gross profit is income less cost of sales, the net operating profit that less expenses, the
    net profit that with the net other income (other income less other expenses).
    """

    gross_profit: Money
    net_operating_profit: Money
    net_other_income: Money
    net_profit: Money
    from_date: Timestamp | None = None
    to_date: Timestamp | None = None
    income: ReportLine | None = None
    cost_of_sales: ReportLine | None = None
    expenses: ReportLine | None = None
    other_expenses: ReportLine | None = None
    other_income: ReportLine | None = None


class ProfitAndLossReport(Shape):
    """Periods in the base currency, and the months between which there are any."""

    currency: str
    reports: tuple[ProfitAndLossPeriod, ...]
    report_basis: ReportBasis
    most_recent_available_month: Timestamp | None = None
    earliest_available_month: Timestamp | None = None
