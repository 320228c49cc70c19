"""Bill credit notes: what suppliers credit."""

from __future__ import annotations

from shared_code.model.accounting.lines import CategorisedLine
from shared_code.model.base import Kind, Money, Number, SupplementedRecord, Timestamp, promoted
from shared_code.model.shapes import (
    CreditNoteStatus,
    PayableTracking,
    PaymentAllocation,
    PurchaseLineRef,
    RecordRef,
    SupplierRef,
    WithholdingTax,
)


class BillCreditNoteLine(CategorisedLine):
    """A line; `sub_total` is after discount and before tax, `total_amount` includes tax."""

    unit_of_measurement: str | None = None
    created_from_line_ref: PurchaseLineRef | None = None
    tracking: PayableTracking | None = None


class BillCreditNote(SupplementedRecord):
    """A reduction of what is owed to a supplier, in its own currency; its amounts are positive.

    `remaining_credit` is not yet allocated. `currency_rate` times an amount is the amount in the
    base currency.
    """

    promoted = promoted(
        ("billCreditNoteNumber", Kind.TEXT),
        ("supplierRef.id", Kind.TEXT),
        ("supplierRef.supplierName", Kind.TEXT),
        ("issueDate", Kind.DATETIME),
        ("allocatedOnDate", Kind.DATETIME),
        ("currency", Kind.TEXT),
        ("totalAmount", Kind.MONEY),
        ("remainingCredit", Kind.MONEY),
        ("status", Kind.TEXT),
    )

    total_amount: Money
    total_discount: Money
    sub_total: Money
    total_tax_amount: Money
    discount_percentage: Number
    status: CreditNoteStatus
    bill_credit_note_number: str | None = None
    supplier_ref: SupplierRef | None = None
    withholding_tax: tuple[WithholdingTax, ...] | None = None
    remaining_credit: Money | None = None
    issue_date: Timestamp | None = None
    allocated_on_date: Timestamp | None = None
    currency: str | None = None
    currency_rate: Number | None = None
    line_items: tuple[BillCreditNoteLine, ...] | None = None
    payment_allocations: tuple[PaymentAllocation, ...] | None = None
    created_from_refs: tuple[RecordRef, ...] | None = None
    note: str | None = None
