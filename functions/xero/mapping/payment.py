"""Payments from customers, and what was paid back to them."""

from __future__ import annotations

from dataclasses import dataclass

from functions.xero import native
from functions.xero.mapping.amounts import base_rate
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import midnight, reads
from functions.xero.mapping.references import account_of_payment, currency_of, customer
from shared_code.errors import Reject
from shared_code.model import Metadata
from shared_code.model.accounting.payment import (
    Payment,
    PaymentLine,
    PaymentLink,
    PaymentLinkType,
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a payment is linked to, and whether the money goes back to the customer."""

    link: PaymentLinkType
    is_refund: bool


_RECEIVED = {
    "ACCRECPAYMENT": _Kind(PaymentLinkType.INVOICE, is_refund=False),
    "ARCREDITPAYMENT": _Kind(PaymentLinkType.CREDIT_NOTE, is_refund=True),
    "AROVERPAYMENTPAYMENT": _Kind(PaymentLinkType.PAYMENT, is_refund=True),
    "ARPREPAYMENTPAYMENT": _Kind(PaymentLinkType.PAYMENT, is_refund=True),
}

_PAID_TO_SUPPLIERS = frozenset(
    {"ACCPAYPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"}
)


@reads(native.Payment)
def map_payment(payment: native.Payment, lookups: Lookups) -> Payment | None:
    """Map a payment: one line, whose link to the paid document has the opposite amount.

    Over- and prepayments are payments on account, so paying one back is linked to that payment.
    """
    if payment.payment_type in _PAID_TO_SUPPLIERS:
        return None
    kind = _RECEIVED.get(payment.payment_type or "")
    if kind is None:
        raise Reject("Payment cannot be mapped: its type is none that is known")
    document = payment.document or native.PaidDocument()
    line = _line(payment, kind, document)
    currency = currency_of(document.currency_code, lookups)
    return Payment.model_validate(
        {
            "id": payment.payment_id,
            "date": midnight(payment.date),
            "customer_ref": customer(document.contact),
            "account_ref": account_of_payment(payment.account, lookups),
            "total_amount": line.amount,
            "currency": currency,
            "currency_rate": base_rate(payment.currency_rate, currency, lookups),
            "lines": (line,),
            "reference": payment.reference,
            "source_modified_date": payment.updated_date_utc,
            "metadata": Metadata(is_deleted=payment.status == "DELETED"),
        }
    )


def _line(payment: native.Payment, kind: _Kind, document: native.PaidDocument) -> PaymentLine:
    if payment.amount is None:
        raise Reject("Payment cannot be mapped: it has no amount")
    moved = payment.amount.copy_negate() if kind.is_refund else payment.amount
    link = PaymentLink(
        type=kind.link if document.id else PaymentLinkType.UNLINKED,
        id=document.id,
        amount=moved.copy_negate(),
    )
    return PaymentLine(amount=moved, links=(link,), allocated_on_date=midnight(payment.date))
