"""Invoices and bills, credits of both sides, and purchase orders."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from shared_code.errors import Reject
from shared_code.mapping import documents
from shared_code.mapping.reading import mapping_of, reads
from shared_code.mapping.words import Vocabulary
from shared_code.model import accounting
from shared_code.model.accounting import InvoiceStatus
from shared_code.model.shapes import OrderStatus

_CUSTOMERS_CREDITS = frozenset({"ACCRECCREDIT", "AROVERPAYMENT", "ARPREPAYMENT"})
_SUPPLIERS_CREDITS = frozenset({"ACCPAYCREDIT", "APOVERPAYMENT", "APPREPAYMENT"})
_KNOWN = _CUSTOMERS_CREDITS | _SUPPLIERS_CREDITS | {"ACCREC", "ACCPAY"}
# In their own lists, credits that money made go by what the bank did.
_FROM_CUSTOMERS = _CUSTOMERS_CREDITS | {"RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT"}
_FROM_SUPPLIERS = _SUPPLIERS_CREDITS | {"SPEND-OVERPAYMENT", "SPEND-PREPAYMENT"}

_BILLS = documents.DocumentWords(
    status=Vocabulary(
        "status",
        {
            InvoiceStatus.DRAFT: ("DRAFT", "SUBMITTED"),
            InvoiceStatus.SUBMITTED: ("AUTHORISED",),
            InvoiceStatus.PAID: ("PAID",),
            InvoiceStatus.VOID: ("VOIDED", "DELETED"),
        },
    ),
    # The UK's Construction Industry Scheme.
    withheld="CIS deduction",
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
    return documents.invoice(document, lookups, _BILLS) if document.type == "ACCREC" else None


@reads(native.Invoice)
def map_bill(document: native.Invoice, lookups: Lookups) -> accounting.Bill | None:
    """Map a bill; the supplier's number of it, which need not be unique, is its reference."""
    return documents.bill(document, lookups, _BILLS) if document.type == "ACCPAY" else None


@reads(native.Credit)
def map_credit_note(credit: native.Credit, lookups: Lookups) -> accounting.CreditNote | None:
    """Map what a customer may still use; a credit of a type that nobody maps is rejected here."""
    if credit.type in _FROM_SUPPLIERS:
        return None
    if credit.type not in _FROM_CUSTOMERS:
        raise Reject("Credit cannot be mapped: its type is none that is known")
    return documents.credit_note(credit, lookups, _BILLS)


@reads(native.Credit)
def map_bill_credit_note(
    credit: native.Credit, lookups: Lookups
) -> accounting.BillCreditNote | None:
    """Map what a supplier still has to grant."""
    if credit.type not in _FROM_SUPPLIERS:
        return None
    return documents.bill_credit_note(credit, lookups, _BILLS)


map_purchase_order = mapping_of(native.PurchaseOrder, documents.purchase_order, _ORDERS)
"""Xero says when an order is expected, and never when it was delivered."""
