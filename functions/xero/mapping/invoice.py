"""ACCREC documents to invoices."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.document import (
    OTHER_DOCUMENTS,
    PAYABLE,
    RECEIVABLE,
    Totals,
    allocations,
    due_of,
    is_partly_settled,
    settlements_of,
    shared_values,
    totals_of,
    withheld,
)
from functions.xero.mapping.lines import receivable_lines
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, midnight, reads
from functions.xero.mapping.references import customer
from shared_code.errors import Reject
from shared_code.model.accounting.invoice import Invoice, InvoiceLine, InvoiceStatus
from shared_code.model.base import SupplementalData

_STATUSES = Vocabulary(
    "status",
    {
        "DRAFT": InvoiceStatus.DRAFT,
        "SUBMITTED": InvoiceStatus.DRAFT,
        "AUTHORISED": InvoiceStatus.SUBMITTED,
        "PAID": InvoiceStatus.PAID,
        "VOIDED": InvoiceStatus.VOID,
        "DELETED": InvoiceStatus.VOID,
    },
    InvoiceStatus.UNKNOWN,
)


@reads(native.Invoice)
def map_invoice(document: native.Invoice, lookups: Lookups) -> Invoice | None:
    """Map a sales invoice; a document of a type that nobody maps is rejected here."""
    if document.type == PAYABLE or document.type in OTHER_DOCUMENTS:
        return None
    if document.type != RECEIVABLE:
        raise Reject("Invoice cannot be mapped: its type is none that is known")
    unmapped: Unmapped = {}
    totals = totals_of(document)
    return Invoice.model_validate(
        shared_values(document, lookups)
        | {
            "id": document.invoice_id,
            "invoice_number": document.invoice_number,
            "customer_ref": customer(document.contact),
            "issue_date": midnight(document.date),
            "due_date": midnight(document.due_date),
            "paid_on_date": midnight(document.fully_paid_on_date),
            "line_items": receivable_lines(InvoiceLine, document, lookups, unmapped),
            "payment_allocations": allocations(document, settlements_of(document), lookups),
            "withholding_tax": withheld(document),
            "total_discount": document.total_discount,
            "sub_total": totals.sub_total,
            "total_tax_amount": totals.tax,
            "total_amount": totals.total,
            "amount_due": due_of(document, totals),
            "status": _status(document, totals, unmapped),
            "note": document.reference,
            "supplemental_data": SupplementalData.of_unmapped(unmapped),
        }
    )


def _status(document: native.Invoice, totals: Totals, unmapped: Unmapped) -> InvoiceStatus:
    status = _STATUSES.translate(document.status, unmapped)
    if status is InvoiceStatus.SUBMITTED and is_partly_settled(document, totals):
        return InvoiceStatus.PARTIALLY_PAID
    return status
