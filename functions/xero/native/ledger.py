"""What Xero posted to the ledger."""

from __future__ import annotations

from pydantic import Field

from functions.xero.native.documents import Tracking
from functions.xero.native.reading import Amount, Day, Instant, Native, Text
from shared_code.mapping.journals import ToldEntry, ToldPosting
from shared_code.mapping.reading import Some


class JournalLine(Native, ToldPosting):
    """A posting in the base currency."""

    amount: Amount | None = Field(default=None, alias="NetAmount")
    categories: Some[Tracking] = Field(default_factory=list, alias="TrackingCategories")


class Journal(Native, ToldEntry):
    """An entry; it never changes, for another one takes it back."""

    id: str = Field(alias="JournalID")
    day: Day = Field(default=None, alias="JournalDate")
    created: Instant = Field(default=None, alias="CreatedDateUTC")
    description: Text = Field(default=None, alias="Reference")
    lines: list[JournalLine] = Field(default_factory=list, alias="JournalLines")
