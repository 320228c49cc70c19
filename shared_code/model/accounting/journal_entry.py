"""Journal entries: what is posted to the ledger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared_code.model.base import Kind, Money, Shape, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import AccountRef, ContactRef, TrackedRef, TxnRef


class JournalRef(Shape):
    """The journal that an entry is in."""

    id: str
    name: Annotated[str, Field(max_length=256)] | None = None


class JournalTracking(Shape):
    """What a journal's line is tracked by."""

    record_refs: tuple[TrackedRef, ...] | None = None


class JournalLine(Shape):
    """A posting to one account: debits are positive, credits negative.

    `net_amount` is in `currency`, that of the books; `transaction_amount` is the same sum in
    `transaction_currency`, that of the document.
    """

    net_amount: Money
    description: str | None = None
    transaction_amount: Money | None = None
    currency: str | None = None
    transaction_currency: str | None = None
    account_ref: AccountRef | None = None
    tracking: JournalTracking | None = None
    contact_ref: ContactRef | None = None


class JournalEntry(SupplementedRecord):
    """Postings that belong together: the net amounts of its lines add up to zero.

    `record_ref` is the transaction that it was posted for, none where it was entered by hand.
    """

    promoted = promoted(
        ("postedOn", Kind.DATETIME),
        ("createdOn", Kind.DATETIME),
        ("updatedOn", Kind.DATETIME),
        ("recordRef.id", Kind.TEXT),
        ("recordRef.dataType", Kind.TEXT),
        ("journalRef.id", Kind.TEXT),
        ("description", Kind.TEXT),
    )

    description: str | None = None
    posted_on: Timestamp | None = None
    created_on: Timestamp | None = None
    updated_on: Timestamp | None = None
    journal_ref: JournalRef | None = None
    journal_lines: tuple[JournalLine, ...] | None = None
    record_ref: TxnRef | None = None
