"""What Xero's ledger says: its journals, and the reports that it makes of them.

Xero posts a journal for whatever moves the ledger, what is entered by hand included; so manual
journals, which Xero lists by themselves as well, are not read a second time. All are in the one
journal that every organisation has.

Xero compares a month of a statement with eleven before it, so that two years are two reports: the
earlier one is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.figures import Figure
from shared_code.mapping import statements
from shared_code.mapping.days import midnight
from shared_code.mapping.exact import EXACT
from shared_code.mapping.lines import category_refs, tracked_refs
from shared_code.mapping.reading import reads
from shared_code.mapping.statements import Row, Statement
from shared_code.mapping.words import Unmapped
from shared_code.model import accounting
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import AccountRef, Status, TxnRef, TxnType

NAME = "General journal"

_SOURCES: dict[str, TxnType | None] = {
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
}

_DATES = ("%d %b %Y", "%d %b %y", "%d %B %Y", "%b-%y", "%b %Y", "%b %y")

_SIDES = {
    "Assets": statements.ASSETS,
    "Liabilities": statements.LIABILITIES,
    "Equity": statements.EQUITY,
}

_KINDS = {
    "REVENUE": statements.INCOME,
    "SALES": statements.INCOME,
    "OTHERINCOME": statements.OTHER_INCOME,
    "DIRECTCOSTS": statements.COST_OF_SALES,
}


@reads(native.Organisation)
def map_journal(organisation: native.Organisation, _: Lookups) -> accounting.Journal:
    """Give the journal of an organisation; Xero keeps one, and does not name it."""
    return accounting.Journal(
        id=organisation.id,
        name=NAME,
        has_children=False,
        status=Status.ACTIVE,
        created_on=organisation.created,
    )


@reads(native.Journal)
def map_journal_entry(journal: native.Journal, lookups: Lookups) -> accounting.JournalEntry:
    """Map a journal; one that takes another back is an entry of its own."""
    unmapped: Unmapped = {}
    in_journal = accounting.JournalRef(id=lookups.organisation_id, name=NAME)
    return accounting.JournalEntry(
        id=journal.journal_id,
        description=journal.reference,
        posted_on=midnight(journal.journal_date),
        created_on=journal.created_date_utc,
        journal_ref=in_journal if lookups.organisation_id else None,
        journal_lines=tuple(_line(line, lookups) for line in journal.journal_lines),
        record_ref=_source(journal, unmapped),
        source_modified_date=journal.created_date_utc,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


@reads(native.Report)
def map_balance_sheet(report: native.Report, lookups: Lookups) -> accounting.BalanceSheet:
    """Map two years of positions, the newest first."""
    both = [
        _statement(each, statements.by_heading(each.parts, _SIDES))
        for each in _both(report, lookups)
    ]
    return statements.balance_sheet(both, lookups.currency(None))


@reads(native.Report)
def map_profit_and_loss(report: native.Report, lookups: Lookups) -> accounting.ProfitAndLossReport:
    """Map two years of months, the newest first."""
    both = [
        _statement(each, ((_kind(part, lookups), part) for part in each.parts if part.rows))
        for each in _both(report, lookups)
    ]
    return statements.profit_and_loss(both, lookups.currency(None), accounting.ReportBasis.ACCRUAL)


@reads(native.Report)
def trial_balance(report: native.Report, lookups: Lookups) -> list[Figure]:
    """Read what each account comes to: of income and expenses, in the year so far."""
    debit, credit = report.column("YTD Debit"), report.column("YTD Credit")
    return [
        Figure(
            row.account_id or "",
            row.name,
            EXACT.subtract(row.amount(debit), row.amount(credit)),
            takes_earnings=lookups.accounts.get(row.account_id).takes_earnings,
        )
        for row in report.accounts
    ]


@reads(native.Report)
def bank_summary(report: native.Report, _: Lookups) -> list[Figure]:
    """Read what each bank account holds."""
    closing = report.column("Closing Balance")
    return [Figure(row.account_id or "", row.name, row.amount(closing)) for row in report.accounts]


def _line(line: native.JournalLine, lookups: Lookups) -> accounting.JournalLine:
    if line.net_amount is None:
        raise Reject("Journal cannot be mapped: a line has no amount")
    tracked = tracked_refs(category_refs(line.tracking_categories))
    return accounting.JournalLine(
        description=line.description,
        net_amount=line.net_amount,
        currency=lookups.base_currency,
        account_ref=AccountRef(id=line.account_id, name=line.account_name),
        tracking=accounting.JournalTracking(record_refs=tracked) if tracked else None,
    )


def _source(journal: native.Journal, unmapped: Unmapped) -> TxnRef | None:
    """Refer to what was posted; what is no data type here, such as pay, is named in Xero's word."""
    word = journal.source_type
    if word is not None and word not in _SOURCES:
        unmapped["recordRef.dataType"] = word
    kind = _SOURCES.get(word or "")
    return TxnRef(id=journal.source_id, data_type=kind) if kind and journal.source_id else None


def _both(report: native.Report, lookups: Lookups) -> list[native.Report]:
    earlier = lookups.reports.get(f"Earlier{report.report_type}")
    return [report] if earlier is None else [report, earlier]


def _statement(report: native.Report, parts: Iterable[tuple[str, Row]]) -> Statement:
    columns, made = statements.dated(report.columns, _DATES), report.updated_date_utc
    return Statement.of(parts, columns, made and made.date())


def _kind(part: Row, lookups: Lookups) -> str:
    """Say what a section is of: by the first account that is known, else by its title."""
    types = (lookups.accounts.get(row.account_id).type for row in part.rows)
    if known := next(filter(None, types), None):
        return _KINDS.get(known, statements.EXPENSES)
    kind = statements.kind_of(part.name)
    if kind is None:
        raise Reject("Report cannot be mapped: a section is of no kind that is known")
    return kind
