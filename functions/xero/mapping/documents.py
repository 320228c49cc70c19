"""Invoices and bills, credits of both sides, and purchase orders."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.mapping import trade
from shared_code.mapping.exact import ZERO, summed
from shared_code.mapping.lines import LineReader
from shared_code.mapping.places import ship_to
from shared_code.mapping.reading import reads
from shared_code.mapping.settling import Settlement, Totals
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model import accounting
from shared_code.model.accounting import InvoiceStatus
from shared_code.model.shapes import Address, AddressType, OrderStatus, WithholdingTax

_CUSTOMERS_CREDITS = frozenset({"ACCRECCREDIT", "AROVERPAYMENT", "ARPREPAYMENT"})
_SUPPLIERS_CREDITS = frozenset({"ACCPAYCREDIT", "APOVERPAYMENT", "APPREPAYMENT"})
_KNOWN = _CUSTOMERS_CREDITS | _SUPPLIERS_CREDITS | {"ACCREC", "ACCPAY"}
# In their own lists, credits that money made go by what the bank did.
_FROM_CUSTOMERS = _CUSTOMERS_CREDITS | {"RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT"}
_FROM_SUPPLIERS = _SUPPLIERS_CREDITS | {"SPEND-OVERPAYMENT", "SPEND-PREPAYMENT"}

_STATUSES = Vocabulary(
    "status",
    {
        InvoiceStatus.DRAFT: ("DRAFT", "SUBMITTED"),
        InvoiceStatus.SUBMITTED: ("AUTHORISED",),
        InvoiceStatus.PAID: ("PAID",),
        InvoiceStatus.VOID: ("VOIDED", "DELETED"),
    },
)

_ORDERS = Vocabulary(
    "status",
    {
        OrderStatus.DRAFT: ("DRAFT", "SUBMITTED"),
        OrderStatus.OPEN: ("AUTHORISED",),
        OrderStatus.CLOSED: ("BILLED",),
        OrderStatus.VOID: ("DELETED",),
    },
)


@reads(native.Invoice)
def map_invoice(document: native.Invoice, lookups: Lookups) -> accounting.Invoice | None:
    """Map a sales invoice; a document of a type that nobody maps is rejected here."""
    if document.type not in _KNOWN:
        raise Reject("Invoice cannot be mapped: its type is none that is known")
    return trade.invoice(_owed(document, lookups)) if document.type == "ACCREC" else None


@reads(native.Invoice)
def map_bill(document: native.Invoice, lookups: Lookups) -> accounting.Bill | None:
    """Map a bill; the supplier's number of it, which need not be unique, is its reference."""
    return trade.bill(_owed(document, lookups)) if document.type == "ACCPAY" else None


@reads(native.Credit)
def map_credit_note(credit: native.Credit, lookups: Lookups) -> accounting.CreditNote | None:
    """Map what a customer may still use; a credit of a type that nobody maps is rejected here."""
    if credit.type in _FROM_SUPPLIERS:
        return None
    if credit.type not in _FROM_CUSTOMERS:
        raise Reject("Credit cannot be mapped: its type is none that is known")
    return trade.credit_note(_credit(credit, lookups))


@reads(native.Credit)
def map_bill_credit_note(
    credit: native.Credit, lookups: Lookups
) -> accounting.BillCreditNote | None:
    """Map what a supplier still has to grant."""
    if credit.type not in _FROM_SUPPLIERS:
        return None
    return trade.bill_credit_note(_credit(credit, lookups))


@reads(native.PurchaseOrder)
def map_purchase_order(order: native.PurchaseOrder, lookups: Lookups) -> accounting.PurchaseOrder:
    """Map an order; Xero says when it is expected, and never when it was delivered."""
    values = document_values(order, lookups)
    address = Address(type=AddressType.DELIVERY, line1=order.delivery_address)
    return trade.purchase_order(
        trade.Ordered(
            **values,
            id=order.id,
            number=order.number,
            expected_on=order.expected_arrival_date or order.delivery_date,
            ship_to=ship_to(
                order.attention_to, order.telephone, address if order.delivery_address else None
            ),
            order_status=_ORDERS.translate(order.status, values["unmapped"]),
            note=order.reference or order.delivery_instructions,
        )
    )


def document_values(document: native.Document, lookups: Lookups) -> dict[str, Any]:
    """Give what documents of all kinds have in common."""
    unmapped: Unmapped = {}
    currency, kind = lookups.currency(document.currency_code), type(document).__name__
    reader = LineReader(
        lookups,
        unmapped,
        inclusive=document.line_amount_types == "Inclusive",
        untaxed=document.line_amount_types == "NoTax",
    )
    return {
        "party": trade.Party.of(document.contact),
        "currency": currency,
        "currency_rate": lookups.inverse_rate(document.currency_rate, currency),
        "issued_on": document.date,
        "totals": Totals.of(document.sub_total, document.total_tax, document.total, kind),
        "lines": reader.values(document.line_items),
        "total_discount": document.total_discount,
        "modified": document.updated_date_utc,
        "is_deleted": document.status == "DELETED",
        "unmapped": unmapped,
    }


def _owed(document: native.Invoice, lookups: Lookups) -> trade.Owed:
    values = _billed(document, lookups)
    return trade.Owed(
        **values,
        id=document.id,
        number=document.number,
        due_on=document.due_date,
        paid_on=document.fully_paid_on_date,
        amount_due=document.amount_due,
        settled=summed((document.amount_paid or ZERO, document.amount_credited or ZERO)),
        settlements=(
            *_by_payments(document, values["currency"], lookups),
            *_by_credits(document, values["currency_rate"]),
        ),
    )


def _credit(credit: native.Credit, lookups: Lookups) -> trade.Credit:
    if credit.id is None:
        raise Reject("Credit cannot be mapped: it has no id")
    values = _billed(credit, lookups)
    return trade.Credit(
        **values,
        id=credit.id,
        number=credit.credit_note_number or credit.invoice_number,
        remaining_credit=credit.remaining_credit,
        settlements=(
            *_by_payments(credit, values["currency"], lookups),
            *_by_allocations(credit, values["currency_rate"]),
        ),
    )


def _billed(document: native.Invoice | native.Credit, lookups: Lookups) -> dict[str, Any]:
    """Add what invoices, bills and credits have in common.

    The payer keeps back a tax under the UK's Construction Industry Scheme.
    """
    values = document_values(document, lookups)
    cis = document.cis_deduction
    return values | {
        "status": _STATUSES.translate(document.status, values["unmapped"]),
        "withheld": (WithholdingTax(name="CIS deduction", amount=cis),) if cis else None,
        "note": document.reference,
    }


def _by_payments(
    document: native.Invoice | native.Credit, currency: str, lookups: Lookups
) -> Iterator[Settlement]:
    """List the payments that a document shows and that stand."""
    for each in document.payments:
        if each.status != "DELETED":
            rate = lookups.inverse_rate(each.currency_rate, currency)
            account = lookups.account_of(each.account)
            yield Settlement(each.payment_id, each.reference, each.amount, each.date, rate, account)


def _by_credits(document: native.Invoice, rate: Decimal | None) -> Iterator[Settlement]:
    for kind in (document.credit_notes, document.overpayments, document.prepayments):
        for each in kind:
            number, amount = each.credit_note_number, each.applied_amount
            yield Settlement(each.id, number, amount, each.date, rate)


def _by_allocations(credit: native.Credit, rate: Decimal | None) -> Iterator[Settlement]:
    """List what the credit was set against; Xero says which invoice, not which payment."""
    for each in credit.allocations:
        if not each.is_deleted:
            invoice = each.invoice or native.PaidDocument()
            id_ = each.allocation_id or invoice.id
            yield Settlement(id_, invoice.invoice_number, each.amount, each.date, rate)
