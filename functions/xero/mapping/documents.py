"""Invoices and bills, credits of both sides, and purchase orders."""

from __future__ import annotations

from functools import partial

from functions.xero import native
from shared_code.mapping import documents
from shared_code.mapping.reading import mapping_of
from shared_code.mapping.routing import Route, routed
from shared_code.mapping.words import Vocabulary
from shared_code.model.accounting import InvoiceStatus
from shared_code.model.shapes import OrderStatus

_CUSTOMERS_CREDITS = frozenset({"ACCRECCREDIT", "AROVERPAYMENT", "ARPREPAYMENT"})
_SUPPLIERS_CREDITS = frozenset({"ACCPAYCREDIT", "APOVERPAYMENT", "APPREPAYMENT"})
# In their own lists, credits that money made go by what the bank did.
_FROM_CUSTOMERS = _CUSTOMERS_CREDITS | {"RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT"}
_FROM_SUPPLIERS = _SUPPLIERS_CREDITS | {"SPEND-OVERPAYMENT", "SPEND-PREPAYMENT"}

_WORDS = documents.DocumentWords(
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

INVOICES = routed(
    native.Invoice,
    Route("invoices", {"ACCREC"}, partial(documents.invoice, words=_WORDS)),
    Route("bills", {"ACCPAY"}, partial(documents.bill, words=_WORDS)),
    passed=_CUSTOMERS_CREDITS | _SUPPLIERS_CREDITS,
)
"""A supplier's number of a bill, which need not be unique, is its reference."""

CREDITS = routed(
    native.Credit,
    Route("creditNotes", _FROM_CUSTOMERS, partial(documents.credit_note, words=_WORDS)),
    Route("billCreditNotes", _FROM_SUPPLIERS, partial(documents.bill_credit_note, words=_WORDS)),
)
"""What a customer may still use, and what a supplier still has to grant."""

map_purchase_order = mapping_of(native.PurchaseOrder, documents.purchase_order, _ORDERS)
"""Xero says when an order is expected, and never when it was delivered."""
