"""Commerce payments: money taken from the shop's buyers."""

from __future__ import annotations

from shared_code.model.base import Kind, Money, Record, SupplementalData, Timestamp, promoted
from shared_code.model.commerce.shapes import CommercePaymentStatus
from shared_code.model.shapes import PaymentMethodRef


class CommercePayment(Record):
    """Money that a buyer pays; `payment_provider` is who takes it for the company."""

    promoted = promoted(
        ("createdDate", Kind.DATETIME),
        ("dueDate", Kind.DATETIME),
        ("amount", Kind.MONEY),
        ("currency", Kind.TEXT),
        ("status", Kind.TEXT),
        ("paymentMethodRef.id", Kind.TEXT),
        ("paymentMethodRef.name", Kind.TEXT),
        ("paymentProvider", Kind.TEXT),
    )

    amount: Money | None = None
    currency: str | None = None
    payment_method_ref: PaymentMethodRef | None = None
    status: CommercePaymentStatus | None = None
    payment_provider: str | None = None
    due_date: Timestamp | None = None
    supplemental_data: SupplementalData | None = None
    created_date: Timestamp | None = None
