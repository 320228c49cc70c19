"""Xero's journals, and those that are made by hand."""

import hashlib
from uuid import UUID

from local.providers.books.book import Book
from local.providers.books.ledger import Journal
from local.providers.books.model import Line, ManualJournal, TrackingOption
from local.providers.books.postings import Posting
from local.providers.xero import codes
from local.providers.xero.shapes import Record
from local.providers.xero.wire import day, instant, number


def journal(book: Book, of: Journal) -> Record:
    """Tell a journal: positive is debit, and all is in the base currency."""
    entry = of.entry
    return {
        "JournalID": journal_id(book, of),
        "JournalDate": day(entry.posted_on),
        "JournalNumber": of.number,
        "CreatedDateUTC": instant(of.created_at),
        "Reference": "",
        "SourceID": entry.source_id,
        "SourceType": codes.PAYMENT_SOURCES[entry.of]
        if entry.of
        else codes.JOURNAL_SOURCES[entry.source],
        "JournalLines": [
            _line(book, each, _uuid(f"{book.organisation.id}/{of.number}/{position}"))
            for position, each in enumerate(entry.postings)
        ],
    }


def journal_id(book: Book, of: Journal) -> str:
    """Identify a journal, which is known by its number."""
    return _uuid(f"{book.organisation.id}/{of.number}")


def manual_journal(book: Book, of: ManualJournal) -> Record:
    """Tell a journal that was made by hand."""
    return {
        "ManualJournalID": of.id,
        "Date": day(of.posted_on),
        "Status": "DRAFT" if of.is_draft else "POSTED",
        "LineAmountTypes": "NoTax",
        "UpdatedDateUTC": instant(of.updated_at),
        "Narration": of.narration,
        "JournalLines": [
            {
                "Description": line.description,
                "TaxType": "NONE",
                "TaxAmount": number(line.amount * 0),
                "LineAmount": number(line.amount),
                "AccountCode": line.account_code,
                "AccountID": book.accounts_by_code[line.account_code].id,
                "Tracking": _tracking(book, line.tracking),
                "IsBlank": False,
            }
            for line in of.lines
        ],
        "ShowOnCashBasisReports": True,
        "HasAttachments": False,
    }


def _line(book: Book, posting: Posting, line_id: str) -> Record:
    account, line = book.accounts_by_code[posting.account_code], posting.line
    tax = line.tax if isinstance(line, Line) else posting.amount * 0
    sign = -1 if posting.amount < 0 else 1
    record: Record = {
        "JournalLineID": line_id,
        "AccountID": account.id,
        "AccountCode": account.code,
        "AccountType": codes.ACCOUNT_TYPES[account.kind],
        "AccountName": account.name,
        "Description": line.description if line else "",
        "NetAmount": number(posting.amount),
        "GrossAmount": number(posting.amount + sign * tax),
        "TaxAmount": number(sign * tax),
        "TrackingCategories": _tracking(book, line.tracking if line else None),
    }
    if isinstance(line, Line):
        rate = book.tax_rates[line.tax_code]
        record |= {"TaxType": codes.TAX_TYPES[rate.code], "TaxName": rate.name}
    return record


def _tracking(book: Book, option: TrackingOption | None) -> list[Record]:
    if option is None:
        return []
    category_id, name = book.tracking_category
    return [
        {
            "Name": name,
            "Option": option.name,
            "TrackingCategoryID": category_id,
            "TrackingOptionID": option.id,
        }
    ]


def _uuid(text: str) -> str:
    return str(UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))
