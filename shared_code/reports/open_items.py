"""What of a document was open on a day: invoices and bills, credit, and money paid on account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shared_code.model import DataType
from shared_code.model.accounting.bill import Bill, BillStatus
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.bill_payment import BillPayment, BillPaymentLinkType
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.model.accounting.payment import Payment, PaymentLinkType
from shared_code.model.shapes import (
    NO_CURRENCY,
    CreditNoteStatus,
    CustomerRef,
    PaymentAllocation,
    SupplierRef,
)

Document = Invoice | Bill | CreditNote | BillCreditNote | Payment | BillPayment

_NO_EFFECT = frozenset(
    {
        InvoiceStatus.DRAFT,
        InvoiceStatus.VOID,
        BillStatus.DRAFT,
        BillStatus.VOID,
        CreditNoteStatus.DRAFT,
        CreditNoteStatus.VOID,
    }
)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An amount that was open, in `currency`; credit is negative.

    Args:
        document_id: Of what is open, within its data type.
        due: The day on which it falls due; its own date where nothing says.
        source: The data type that it comes from.
    """

    document_id: str
    contact_id: str
    contact_name: str | None
    currency: str
    due: date
    amount: Decimal
    source: DataType


def open_items(document: Document, day: date) -> Iterator[OpenItem]:
    """What of a document was open at the end of a day; nothing of a draft, void or deleted one.

    What has been allocated since that day was still open then.
    """
    if document.metadata.is_deleted:
        return
    match document:
        case Invoice():
            amount = document.amount_due
            yield from _of_document(document, document.customer_ref, amount, DataType.INVOICES, day)
        case Bill():
            amount = document.amount_due or Decimal(0)
            yield from _of_document(document, document.supplier_ref, amount, DataType.BILLS, day)
        case CreditNote():
            amount, source = document.remaining_credit, DataType.CREDIT_NOTES
            yield from _of_credit(document, document.customer_ref, amount, source, day)
        case BillCreditNote():
            amount, source = document.remaining_credit or Decimal(0), DataType.BILL_CREDIT_NOTES
            yield from _of_credit(document, document.supplier_ref, amount, source, day)
        case Payment():
            yield from _on_account(document, document.customer_ref, DataType.PAYMENTS, day)
        case BillPayment():
            yield from _on_account(document, document.supplier_ref, DataType.BILL_PAYMENTS, day)


Contact = CustomerRef | SupplierRef | None


def _of_document(
    document: Invoice | Bill, contact: Contact, due_now: Decimal, source: DataType, day: date
) -> Iterator[OpenItem]:
    if document.status in _NO_EFFECT or document.issue_date.date() > day:
        return
    amount = due_now + _allocated_since(document.payment_allocations, day)
    due = document.due_date or document.issue_date
    yield from _item(document, contact, due, amount, source)


def _of_credit(
    note: CreditNote | BillCreditNote,
    contact: Contact,
    left_now: Decimal,
    source: DataType,
    day: date,
) -> Iterator[OpenItem]:
    if note.status in _NO_EFFECT or note.issue_date is None or note.issue_date.date() > day:
        return
    amount = -left_now - _allocated_since(note.payment_allocations, day)
    yield from _item(note, contact, note.issue_date, amount, source)


def _on_account(
    payment: Payment | BillPayment, contact: Contact, source: DataType, day: date
) -> Iterator[OpenItem]:
    """Money that was paid for no document in particular."""
    if payment.date.date() > day:
        return
    amount = sum(
        (
            link.amount or Decimal(0)
            for line in payment.lines or ()
            for link in line.links or ()
            if link.type in _ON_ACCOUNT
        ),
        Decimal(0),
    )
    yield from _item(payment, contact, payment.date, amount, source)


_ON_ACCOUNT = frozenset(
    {PaymentLinkType.PAYMENT_ON_ACCOUNT, BillPaymentLinkType.PAYMENT_ON_ACCOUNT}
)


def _item(
    document: Document, contact: Contact, due: datetime, amount: Decimal, source: DataType
) -> Iterator[OpenItem]:
    if not amount:
        return
    id_, name = "", None
    if isinstance(contact, CustomerRef):
        id_, name = contact.id, contact.company_name
    elif isinstance(contact, SupplierRef):
        id_, name = contact.id, contact.supplier_name
    currency = document.currency or NO_CURRENCY
    yield OpenItem(document.id or "", id_, name, currency, due.date(), amount, source)


def _allocated_since(allocations: Iterable[PaymentAllocation] | None, day: date) -> Decimal:
    later = (
        each.allocation.total_amount or Decimal(0)
        for each in allocations or ()
        if (at := each.allocation.allocated_on_date or each.payment.paid_on_date)
        and at.date() > day
    )
    return sum(later, Decimal(0))
