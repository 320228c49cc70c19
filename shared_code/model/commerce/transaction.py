"""Commerce transactions: how the company's balance at its commerce platform changed."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Kind, Money, Record, SupplementalData, Timestamp, promoted
from shared_code.model.commerce.shapes import TransactionSourceRef


class CommerceTransactionType(StrEnum):
    """What changed the balance."""

    UNKNOWN = "Unknown"
    PAYMENT = "Payment"
    REFUND = "Refund"
    PAYOUT = "Payout"
    FAILED_PAYOUT = "FailedPayout"
    TRANSFER = "Transfer"
    PAYMENT_FEE = "PaymentFee"
    PAYMENT_FEE_REFUND = "PaymentFeeRefund"


class CommerceTransaction(Record):
    """A change of the balance; `sub_type` is the source's own word for what `type` says.

    It was made here at `created_date`, at the source at `source_created_date`.
    """

    promoted = promoted(
        ("createdDate", Kind.DATETIME),
        ("sourceCreatedDate", Kind.DATETIME),
        ("totalAmount", Kind.MONEY),
        ("currency", Kind.TEXT),
        ("type", Kind.TEXT),
        ("subType", Kind.TEXT),
        ("transactionSourceRef.id", Kind.TEXT),
        ("transactionSourceRef.type", Kind.TEXT),
    )

    total_amount: Money | None = None
    currency: str | None = None
    type: CommerceTransactionType | None = None
    sub_type: str | None = None
    transaction_source_ref: TransactionSourceRef | None = None
    supplemental_data: SupplementalData | None = None
    created_date: Timestamp | None = None
    source_created_date: Timestamp | None = None
