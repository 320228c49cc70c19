"""ACCREC documents to invoices."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.amounts import base_rate
from functions.xero.mapping.document import (
    OTHER_DOCUMENTS,
    PAYABLE,
    RECEIVABLE,
    Totals,
    allocations_of,
    is_deleted,
    is_partly_settled,
    line_amounts,
    totals_of,
    withheld,
)
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, midnight, reads
from functions.xero.mapping.references import (
    account_of_line,
    categories,
    currency_of,
    customer,
    item_of_line,
    tax_rate,
)
from shared_code.errors import Reject
from shared_code.model import Metadata
from shared_code.model.accounting.invoice import Invoice, InvoiceLine, InvoiceStatus
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import ReceivableTracking, SoldBilledTo

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
    currency = currency_of(document.currency_code, lookups)
    return Invoice.model_validate(
        {
            "id": document.invoice_id,
            "invoice_number": document.invoice_number,
            "customer_ref": customer(document.contact),
            "issue_date": midnight(document.date),
            "due_date": midnight(document.due_date),
            "paid_on_date": midnight(document.fully_paid_on_date),
            "currency": currency,
            "currency_rate": base_rate(document.currency_rate, currency, lookups),
            "line_items": _lines(document, lookups, unmapped),
            "payment_allocations": allocations_of(document, lookups),
            "withholding_tax": withheld(document),
            "total_discount": document.total_discount,
            "sub_total": totals.sub_total,
            "total_tax_amount": totals.tax,
            "total_amount": totals.total,
            "amount_due": totals.due,
            "status": _status(document, totals, unmapped),
            "note": document.reference,
            "source_modified_date": document.updated_date_utc,
            "metadata": Metadata(is_deleted=is_deleted(document)),
            "supplemental_data": SupplementalData.of_unmapped(unmapped),
        }
    )


def _status(document: native.Invoice, totals: Totals, unmapped: Unmapped) -> InvoiceStatus:
    status = _STATUSES.translate(document.status, unmapped)
    if status is InvoiceStatus.SUBMITTED and is_partly_settled(document, totals):
        return InvoiceStatus.PARTIALLY_PAID
    return status


def _lines(
    document: native.Invoice, lookups: Lookups, unmapped: Unmapped
) -> tuple[InvoiceLine, ...]:
    return tuple(_line(line, document, lookups, unmapped) for line in document.line_items or ())


def _line(
    line: native.LineItem, document: native.Invoice, lookups: Lookups, unmapped: Unmapped
) -> InvoiceLine:
    amounts = line_amounts(line, document.line_amount_types)
    tracked = categories(line)
    return InvoiceLine(
        unit_amount=amounts.unit_amount,
        quantity=amounts.quantity,
        description=line.description,
        discount_amount=amounts.discount,
        discount_percentage=line.discount_rate,
        sub_total=amounts.sub_total,
        tax_amount=amounts.tax,
        total_amount=amounts.total,
        account_ref=account_of_line(line, lookups, unmapped),
        tax_rate_ref=tax_rate(line.tax_type, lookups),
        item_ref=item_of_line(line, lookups, unmapped),
        tracking_category_refs=tracked,
        tracking=ReceivableTracking(
            category_refs=tracked,
            is_billed_to=SoldBilledTo.NOT_APPLICABLE,
            is_rebilled_to=SoldBilledTo.NOT_APPLICABLE,
        )
        if tracked
        else None,
        is_direct_income=False,
    )
