"""ACCPAY documents to bills."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.document import (
    PAYABLE,
    Totals,
    allocations,
    due_of,
    is_partly_settled,
    settlements_of,
    shared_values,
    totals_of,
    withheld,
)
from functions.xero.mapping.lines import line_values, payable_tracking
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, midnight, reads
from functions.xero.mapping.references import supplier
from shared_code.model.accounting.bill import Bill, BillLine, BillStatus
from shared_code.model.base import SupplementalData

_STATUSES = Vocabulary(
    "status",
    {
        "DRAFT": BillStatus.DRAFT,
        "SUBMITTED": BillStatus.DRAFT,
        "AUTHORISED": BillStatus.OPEN,
        "PAID": BillStatus.PAID,
        "VOIDED": BillStatus.VOID,
        "DELETED": BillStatus.VOID,
    },
    BillStatus.UNKNOWN,
)


@reads(native.Invoice)
def map_bill(document: native.Invoice, lookups: Lookups) -> Bill | None:
    """Map a bill; the supplier's number of it, which need not be unique, is its reference."""
    if document.type != PAYABLE:
        return None
    unmapped: Unmapped = {}
    totals = totals_of(document)
    return Bill.model_validate(
        shared_values(document, lookups)
        | {
            "id": document.invoice_id,
            "reference": document.invoice_number,
            "supplier_ref": supplier(document.contact),
            "issue_date": midnight(document.date),
            "due_date": midnight(document.due_date),
            "line_items": _lines(document, lookups, unmapped),
            "withholding_tax": withheld(document),
            "status": _status(document, totals, unmapped),
            "sub_total": totals.sub_total,
            "tax_amount": totals.tax,
            "total_amount": totals.total,
            "amount_due": due_of(document, totals),
            "note": document.reference,
            "payment_allocations": allocations(document, settlements_of(document), lookups),
            "supplemental_data": SupplementalData.of_unmapped(unmapped),
        }
    )


def _status(document: native.Invoice, totals: Totals, unmapped: Unmapped) -> BillStatus:
    status = _STATUSES.translate(document.status, unmapped)
    if status is BillStatus.OPEN and is_partly_settled(document, totals):
        return BillStatus.PARTIALLY_PAID
    return status


def _lines(document: native.Invoice, lookups: Lookups, unmapped: Unmapped) -> tuple[BillLine, ...]:
    return tuple(
        BillLine(
            **values,
            tracking=payable_tracking(values["tracking_category_refs"]),
            is_direct_cost=False,
        )
        for values in line_values(document, lookups, unmapped)
    )
