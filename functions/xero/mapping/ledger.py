"""What Xero's ledger says: its journals, and the reports that it makes of them.

Xero posts a journal for whatever moves the ledger, what is entered by hand included; so manual
journals, which Xero lists by themselves as well, are not read a second time. All are in the one
journal that every organisation has.

Xero compares a month of a statement with eleven before it, so that two years are two reports: the
earlier one is looked up.
"""

from __future__ import annotations

from functions.xero import native
from shared_code.figures import Figure
from shared_code.mapping import journals, statements
from shared_code.mapping.books import Books
from shared_code.mapping.reading import mapping_of, reads
from shared_code.model import accounting
from shared_code.model.shapes import TxnType

_ENTRIES = journals.EntryWords(
    sources={
        "ACCREC": TxnType.INVOICES,
        "ACCPAY": TxnType.BILLS,
        "ACCRECCREDIT": TxnType.CREDIT_NOTES,
        "ACCPAYCREDIT": TxnType.BILL_CREDIT_NOTES,
        "ACCRECPAYMENT": TxnType.PAYMENTS,
        "ACCPAYPAYMENT": TxnType.BILL_PAYMENTS,
        "ARCREDITPAYMENT": TxnType.PAYMENTS,
        "APCREDITPAYMENT": TxnType.BILL_PAYMENTS,
        "AROVERPAYMENT": TxnType.CREDIT_NOTES,
        "ARPREPAYMENT": TxnType.CREDIT_NOTES,
        "APOVERPAYMENT": TxnType.BILL_CREDIT_NOTES,
        "APPREPAYMENT": TxnType.BILL_CREDIT_NOTES,
        "CASHREC": TxnType.DIRECT_INCOMES,
        "CASHPAID": TxnType.DIRECT_COSTS,
        "TRANSFER": TxnType.TRANSFERS,
        # By hand: there is no other record of it.
        "MANJOURNAL": None,
    },
    journal="General journal",
)

_STATEMENTS = statements.StatementWords(
    dates=("%d %b %Y", "%d %b %y", "%d %B %Y", "%b-%y", "%b %Y", "%b %y"),
    types={
        "REVENUE": statements.INCOME,
        "SALES": statements.INCOME,
        "OTHERINCOME": statements.OTHER_INCOME,
        "DIRECTCOSTS": statements.COST_OF_SALES,
    },
    basis=accounting.ReportBasis.ACCRUAL,
)

map_journal = mapping_of(native.Organisation, journals.journal, _ENTRIES)

map_journal_entry = mapping_of(native.Journal, journals.journal_entry, _ENTRIES)
"""An entry that takes another back is one of its own."""


@reads(native.Report)
def map_balance_sheet(report: native.Report, lookups: Books) -> accounting.BalanceSheet:
    """Map two years of positions, the newest first."""
    return statements.balance_sheet(_two_years(report, lookups), lookups, _STATEMENTS)


@reads(native.Report)
def map_profit_and_loss(report: native.Report, lookups: Books) -> accounting.ProfitAndLossReport:
    """Map two years of months, the newest first."""
    return statements.profit_and_loss(_two_years(report, lookups), lookups, _STATEMENTS)


@reads(native.TrialBalance)
def trial_balance(report: native.TrialBalance, lookups: Books) -> list[Figure]:
    """Read what each account comes to."""
    return report.figures(lookups.accounts)


@reads(native.Report)
def bank_summary(report: native.Report, _: Books) -> list[Figure]:
    """Read what each bank account holds."""
    return report.table.balances("Closing Balance")


def _two_years(report: native.Report, lookups: Books) -> list[native.Report]:
    earlier = lookups.reports.get(f"Earlier{report.report_type}")
    return [report] if earlier is None else [report, earlier]
