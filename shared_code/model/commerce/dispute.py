"""Disputes: payments that a buyer wants back through the bank."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Kind, Money, Record, Timestamp, promoted
from shared_code.model.commerce.shapes import TransactionSourceRef


class DisputeStatus(StrEnum):
    """How far a dispute has come; an inquiry is its forerunner, in which no money moves."""

    UNKNOWN = "Unknown"
    WON = "Won"
    LOST = "Lost"
    ACCEPTED = "Accepted"
    PROCESSING = "Processing"
    CHARGE_REFUNDED = "ChargeRefunded"
    EVIDENCE_REQUIRED = "EvidenceRequired"
    INQUIRY_EVIDENCE_REQUIRED = "InquiryEvidenceRequired"
    INQUIRY_PROCESSING = "InquiryProcessing"
    INQUIRY_CLOSED = "InquiryClosed"
    WAITING_THIRD_PARTY = "WaitingThirdParty"


class Dispute(Record):
    """A chargeback, or an inquiry before one; evidence must be there by `due_date`."""

    promoted = promoted(
        ("createdDate", Kind.DATETIME),
        ("dueDate", Kind.DATETIME),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("status", Kind.TEXT),
        ("reason", Kind.TEXT),
    )

    currency: str
    disputed_transactions: tuple[TransactionSourceRef, ...] | None = None
    total_amount: Money | None = None
    status: DisputeStatus | None = None
    reason: str | None = None
    due_date: Timestamp | None = None
    created_date: Timestamp | None = None
