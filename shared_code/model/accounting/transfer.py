"""Transfers: money moved between two accounts of the company."""

from __future__ import annotations

from pydantic import Field

from shared_code.model.base import Kind, Money, Shape, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import (
    ContactRef,
    ReconciliationStatus,
    RecordRef,
    TrackingCategoryRef,
)


class TransferAccount(Shape):
    """One end of a transfer: a bank or nominal account, and the amount in its currency."""

    account_ref: RecordRef | None = None
    currency: str | None = None
    amount: Money | None = None


class Transfer(SupplementedRecord):
    """Money that left one account and reached the other; the amounts differ by the exchange rate.

    `deposited_record_refs` are the receipts that waited to be banked and went with it.
    """

    promoted = promoted(
        ("date", Kind.DATETIME),
        ("from.accountRef.id", Kind.TEXT),
        ("from.currency", Kind.TEXT),
        ("from.amount", Kind.MONEY),
        ("to.accountRef.id", Kind.TEXT),
        ("to.currency", Kind.TEXT),
        ("to.amount", Kind.MONEY),
        ("contactRef.id", Kind.TEXT),
        ("status", Kind.TEXT),
    )

    description: str | None = None
    contact_ref: ContactRef | None = None
    date: Timestamp | None = None
    from_: TransferAccount | None = Field(default=None, alias="from")
    to: TransferAccount | None = None
    status: ReconciliationStatus | None = None
    tracking_category_refs: tuple[TrackingCategoryRef, ...] | None = None
    deposited_record_refs: tuple[RecordRef, ...] | None = None
