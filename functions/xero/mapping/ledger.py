"""What Xero posted to the ledger, all in the one journal that every organisation has.

Xero posts a journal for whatever moves the ledger, what is entered by hand included; so manual
journals, which Xero lists by themselves as well, are not read a second time.
"""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.lookups import Lookups, categories
from shared_code.errors import Reject
from shared_code.mapping.days import midnight
from shared_code.mapping.lines import tracked_refs
from shared_code.mapping.reading import reads
from shared_code.mapping.words import Unmapped
from shared_code.model.accounting.journal import Journal
from shared_code.model.accounting.journal_entry import (
    JournalEntry,
    JournalLine,
    JournalRef,
    JournalTracking,
)
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


@reads(native.Organisation)
def map_journal(organisation: native.Organisation, _: Lookups) -> Journal:
    """Give the journal of an organisation; Xero keeps one, and does not name it."""
    return Journal(
        id=organisation.organisation_id,
        name=NAME,
        has_children=False,
        status=Status.ACTIVE,
        created_on=organisation.created_date_utc,
    )


@reads(native.Journal)
def map_journal_entry(journal: native.Journal, lookups: Lookups) -> JournalEntry:
    """Map a journal; one that takes another back is an entry of its own."""
    unmapped: Unmapped = {}
    in_journal = JournalRef(id=lookups.organisation_id, name=NAME)
    return JournalEntry(
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


def _line(line: native.JournalLine, lookups: Lookups) -> JournalLine:
    if line.net_amount is None:
        raise Reject("Journal cannot be mapped: a line has no amount")
    tracked = tracked_refs(categories(line.tracking_categories))
    return JournalLine(
        description=line.description,
        net_amount=line.net_amount,
        currency=lookups.base_currency,
        account_ref=AccountRef(id=line.account_id, name=line.account_name),
        tracking=JournalTracking(record_refs=tracked) if tracked else None,
    )


def _source(journal: native.Journal, unmapped: Unmapped) -> TxnRef | None:
    """Refer to what was posted; what is no data type here, such as pay, is named in Xero's word."""
    word = journal.source_type
    if word is not None and word not in _SOURCES:
        unmapped["recordRef.dataType"] = word
    kind = _SOURCES.get(word or "")
    return TxnRef(id=journal.source_id, data_type=kind) if kind and journal.source_id else None
