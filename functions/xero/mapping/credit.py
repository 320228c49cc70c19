"""Credit notes, overpayments and prepayments to credit notes of customers and of suppliers.

An over- or prepayment is a credit that money made: the money is a payment linked to the credit.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from functions.xero import native
from functions.xero.mapping.amounts import EXACT, ZERO
from functions.xero.mapping.document import (
    Settlement,
    Totals,
    allocations,
    by_payments,
    shared_values,
    totals_of,
    withheld,
)
from functions.xero.mapping.lines import (
    discount_of,
    line_values,
    payable_tracking,
    receivable_lines,
)
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, midnight, reads
from functions.xero.mapping.references import customer, supplier
from shared_code.errors import Reject
from shared_code.model.accounting.bill_credit_note import BillCreditNote, BillCreditNoteLine
from shared_code.model.accounting.credit_note import CreditNote, CreditNoteLine
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import CreditNoteStatus

_OF_CUSTOMERS = frozenset(
    {
        "ACCRECCREDIT",
        "AROVERPAYMENT",
        "ARPREPAYMENT",
        "RECEIVE-OVERPAYMENT",
        "RECEIVE-PREPAYMENT",
    }
)
_OF_SUPPLIERS = frozenset(
    {"ACCPAYCREDIT", "APOVERPAYMENT", "APPREPAYMENT", "SPEND-OVERPAYMENT", "SPEND-PREPAYMENT"}
)

_STATUSES = Vocabulary(
    "status",
    {
        "DRAFT": CreditNoteStatus.DRAFT,
        "SUBMITTED": CreditNoteStatus.DRAFT,
        "AUTHORISED": CreditNoteStatus.SUBMITTED,
        "PAID": CreditNoteStatus.PAID,
        "VOIDED": CreditNoteStatus.VOID,
        "DELETED": CreditNoteStatus.VOID,
    },
    CreditNoteStatus.UNKNOWN,
)


@reads(native.Credit)
def map_credit_note(credit: native.Credit, lookups: Lookups) -> CreditNote | None:
    """Map what a customer may still use; a credit of a type that nobody maps is rejected here."""
    if credit.type in _OF_SUPPLIERS:
        return None
    if credit.type not in _OF_CUSTOMERS:
        raise Reject("Credit cannot be mapped: its type is none that is known")
    unmapped: Unmapped = {}
    return CreditNote.model_validate(
        _values(credit, lookups, unmapped)
        | {
            "credit_note_number": credit.credit_note_number or credit.invoice_number,
            "customer_ref": customer(credit.contact),
            "line_items": receivable_lines(CreditNoteLine, credit, lookups, unmapped),
            "supplemental_data": SupplementalData.of_unmapped(unmapped),
        }
    )


@reads(native.Credit)
def map_bill_credit_note(credit: native.Credit, lookups: Lookups) -> BillCreditNote | None:
    """Map what a supplier still has to grant."""
    if credit.type not in _OF_SUPPLIERS:
        return None
    unmapped: Unmapped = {}
    return BillCreditNote.model_validate(
        _values(credit, lookups, unmapped)
        | {
            "bill_credit_note_number": credit.credit_note_number or credit.invoice_number,
            "supplier_ref": supplier(credit.contact),
            "line_items": tuple(
                BillCreditNoteLine(
                    **values, tracking=payable_tracking(values["tracking_category_refs"])
                )
                for values in line_values(credit, lookups, unmapped)
            ),
            "supplemental_data": SupplementalData.of_unmapped(unmapped),
        }
    )


def _values(credit: native.Credit, lookups: Lookups, unmapped: Unmapped) -> dict[str, Any]:
    """Give what both sides have in common."""
    if credit.id is None:
        raise Reject("Credit cannot be mapped: it has no id")
    totals = totals_of(credit)
    remaining = _remaining(credit, totals)
    settlements = (*by_payments(credit.payments), *_by_allocations(credit))
    days = [each.day for each in settlements if each.day]
    return shared_values(credit, lookups) | {
        "id": credit.id,
        "withholding_tax": withheld(credit),
        "sub_total": totals.sub_total,
        "total_tax_amount": totals.tax,
        "total_amount": totals.total,
        "total_discount": _total_discount(credit),
        "discount_percentage": ZERO,
        "remaining_credit": remaining,
        "status": _status(credit, remaining, totals, unmapped),
        "issue_date": midnight(credit.date),
        "allocated_on_date": midnight(max(days, default=None)),
        "payment_allocations": allocations(credit, settlements, lookups),
        "note": credit.reference,
    }


def _remaining(credit: native.Credit, totals: Totals) -> Decimal:
    """Give what is left to use; Xero leaves it out of what has no effect on the ledger."""
    return totals.total if credit.remaining_credit is None else credit.remaining_credit


def _total_discount(credit: native.Credit) -> Decimal:
    total = credit.total_discount or ZERO
    if credit.total_discount is None:
        for line in credit.line_items or ():
            total = EXACT.add(total, discount_of(line) or ZERO)
    return total


def _status(
    credit: native.Credit, remaining: Decimal, totals: Totals, unmapped: Unmapped
) -> CreditNoteStatus:
    status = _STATUSES.translate(credit.status, unmapped)
    if status is CreditNoteStatus.SUBMITTED and abs(remaining) < abs(totals.total):
        return CreditNoteStatus.PARTIALLY_PAID
    return status


def _by_allocations(credit: native.Credit) -> Iterator[Settlement]:
    """List what the credit was set against; Xero says which invoice, not which payment."""
    for each in credit.allocations or ():
        if not each.is_deleted:
            invoice = each.invoice or native.PaidDocument()
            id_ = each.allocation_id or invoice.id
            number, rate = invoice.invoice_number, credit.currency_rate
            yield Settlement(id_, number, each.amount, each.date, rate)
