"""What direct costs and direct incomes have in common: paid at once, without bill or invoice."""

from __future__ import annotations

from shared_code.model.base import Kind, Money, Number, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import ContactRef, PaymentAllocation


class DirectTransaction(SupplementedRecord):
    """Money spent or received, in its own currency.

    `currency_rate` times an amount is the amount in the base currency.
    """

    promoted = promoted(
        ("issueDate", Kind.DATETIME),
        ("contactRef.id", Kind.TEXT),
        ("contactRef.dataType", Kind.TEXT),
        ("reference", Kind.TEXT),
        ("currency", Kind.TEXT),
        ("subTotal", Kind.MONEY),
        ("taxAmount", Kind.MONEY),
        ("totalAmount", Kind.MONEY),
    )

    issue_date: Timestamp
    currency: str
    payment_allocations: tuple[PaymentAllocation, ...]
    sub_total: Money
    tax_amount: Money
    total_amount: Money
    reference: str | None = None
    note: str | None = None
    contact_ref: ContactRef | None = None
    currency_rate: Number | None = None
