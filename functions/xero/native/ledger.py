"""What Xero posted to the ledger."""

from __future__ import annotations

from pydantic import Field

from functions.xero.native.documents import Tracking
from functions.xero.native.reading import Amount, Day, Instant, Native, Text
from shared_code.mapping.reading import Some


class JournalLine(Native):
    """A posting in the base currency: a debit is positive."""

    account_id: Text = None
    account_name: Text = None
    description: Text = None
    net_amount: Amount | None = None
    tracking_categories: Some[Tracking] = Field(default_factory=list)


class Journal(Native):
    """An entry; it never changes, for another one takes it back."""

    journal_id: str
    journal_number: int | None = None
    journal_date: Day = None
    created_date_utc: Instant = None
    reference: Text = None
    source_id: Text = None
    source_type: Text = None
    journal_lines: list[JournalLine] = Field(default_factory=list)
