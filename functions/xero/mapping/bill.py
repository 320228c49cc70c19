"""ACCPAY documents to bills."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.amounts import base_rate
from functions.xero.mapping.document import (
    PAYABLE,
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
    item_of_line,
    supplier,
    tax_rate,
)
from shared_code.model import Metadata
from shared_code.model.accounting.bill import Bill, BillLine, BillStatus
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import BilledTo, PayableTracking

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
    currency = currency_of(document.currency_code, lookups)
    return Bill.model_validate(
        {
            "id": document.invoice_id,
            "reference": document.invoice_number,
            "supplier_ref": supplier(document.contact),
            "issue_date": midnight(document.date),
            "due_date": midnight(document.due_date),
            "currency": currency,
            "currency_rate": base_rate(document.currency_rate, currency, lookups),
            "line_items": _lines(document, lookups, unmapped),
            "withholding_tax": withheld(document),
            "status": _status(document, totals, unmapped),
            "sub_total": totals.sub_total,
            "tax_amount": totals.tax,
            "total_amount": totals.total,
            "amount_due": totals.due,
            "note": document.reference,
            "payment_allocations": allocations_of(document, lookups),
            "source_modified_date": document.updated_date_utc,
            "metadata": Metadata(is_deleted=is_deleted(document)),
            "supplemental_data": SupplementalData.of_unmapped(unmapped),
        }
    )


def _status(document: native.Invoice, totals: Totals, unmapped: Unmapped) -> BillStatus:
    status = _STATUSES.translate(document.status, unmapped)
    if status is BillStatus.OPEN and is_partly_settled(document, totals):
        return BillStatus.PARTIALLY_PAID
    return status


def _lines(document: native.Invoice, lookups: Lookups, unmapped: Unmapped) -> tuple[BillLine, ...]:
    return tuple(_line(line, document, lookups, unmapped) for line in document.line_items or ())


def _line(
    line: native.LineItem, document: native.Invoice, lookups: Lookups, unmapped: Unmapped
) -> BillLine:
    amounts = line_amounts(line, document.line_amount_types)
    tracked = categories(line)
    return BillLine(
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
        # Whether a cost is charged on stands in linked transactions, which are not read.
        tracking=PayableTracking(
            category_refs=tracked,
            is_billed_to=BilledTo.UNKNOWN,
            is_rebilled_to=BilledTo.UNKNOWN,
        )
        if tracked
        else None,
        is_direct_cost=False,
    )
