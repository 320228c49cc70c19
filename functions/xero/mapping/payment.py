"""Payments from customers and to suppliers, what was paid back, and money that made a credit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from functions.xero import native
from functions.xero.mapping.amounts import base_rate
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import midnight, reads
from functions.xero.mapping.references import account_of_payment, currency_of, customer, supplier
from shared_code.errors import Reject
from shared_code.model import Metadata
from shared_code.model.accounting.bill_payment import (
    BillPayment,
    BillPaymentLine,
    BillPaymentLink,
    BillPaymentLinkType,
)
from shared_code.model.accounting.payment import (
    Payment,
    PaymentLine,
    PaymentLink,
    PaymentLinkType,
)

IN, OUT = 1, -1

_FROM_CUSTOMERS = {
    "ACCRECPAYMENT": (PaymentLinkType.INVOICE, IN),
    "ARCREDITPAYMENT": (PaymentLinkType.CREDIT_NOTE, OUT),
    "AROVERPAYMENTPAYMENT": (PaymentLinkType.CREDIT_NOTE, OUT),
    "ARPREPAYMENTPAYMENT": (PaymentLinkType.CREDIT_NOTE, OUT),
    "RECEIVE-OVERPAYMENT": (PaymentLinkType.CREDIT_NOTE, IN),
    "RECEIVE-PREPAYMENT": (PaymentLinkType.CREDIT_NOTE, IN),
}
"""What a payment is linked to, and whether the customer's money comes in or goes back."""

_TO_SUPPLIERS = {
    "ACCPAYPAYMENT": (BillPaymentLinkType.BILL, IN),
    "APCREDITPAYMENT": (BillPaymentLinkType.CREDIT_NOTE, OUT),
    "APOVERPAYMENTPAYMENT": (BillPaymentLinkType.CREDIT_NOTE, OUT),
    "APPREPAYMENTPAYMENT": (BillPaymentLinkType.CREDIT_NOTE, OUT),
    "SPEND-OVERPAYMENT": (BillPaymentLinkType.CREDIT_NOTE, IN),
    "SPEND-PREPAYMENT": (BillPaymentLinkType.CREDIT_NOTE, IN),
}


@reads(native.Payment)
def map_payment(payment: native.Payment, lookups: Lookups) -> Payment | None:
    """Map a customer's payment: one line, whose link has the opposite amount."""
    if payment.payment_type in _TO_SUPPLIERS:
        return None
    if payment.payment_type not in _FROM_CUSTOMERS:
        raise Reject("Payment cannot be mapped: its type is none that is known")
    return _payment(_of_payment(payment), lookups)


@reads(native.Payment)
def map_bill_payment(payment: native.Payment, lookups: Lookups) -> BillPayment | None:
    """Map a payment to a supplier."""
    if payment.payment_type not in _TO_SUPPLIERS:
        return None
    return _bill_payment(_of_payment(payment), lookups)


@reads(native.BankTransaction)
def map_credit_received(transaction: native.BankTransaction, lookups: Lookups) -> Payment | None:
    """Map what a customer paid too much or ahead: a payment linked to the credit it made."""
    if transaction.type not in _FROM_CUSTOMERS:
        return None
    return _payment(_of_transaction(transaction), lookups)


@reads(native.BankTransaction)
def map_credit_paid(transaction: native.BankTransaction, lookups: Lookups) -> BillPayment | None:
    """Map what a supplier was paid too much or ahead."""
    if transaction.type not in _TO_SUPPLIERS:
        return None
    return _bill_payment(_of_transaction(transaction), lookups)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Money that moved, in the currency of the document that it is linked to."""

    id: str
    kind: str
    amount: Decimal
    document: native.PaidDocument
    account: native.Account | None
    source: native.Payment | native.BankTransaction


def _of_payment(payment: native.Payment) -> _Moved:
    if payment.amount is None:
        raise Reject("Payment cannot be mapped: it has no amount")
    return _Moved(
        payment.payment_id,
        payment.payment_type or "",
        payment.amount,
        payment.document or native.PaidDocument(),
        payment.account,
        payment,
    )


def _of_transaction(transaction: native.BankTransaction) -> _Moved:
    if transaction.total is None:
        raise Reject("BankTransaction cannot be mapped: it has no total")
    made = native.PaidDocument(
        overpayment_id=transaction.overpayment_id,
        prepayment_id=transaction.prepayment_id,
        currency_code=transaction.currency_code,
        contact=transaction.contact,
    )
    return _Moved(
        transaction.bank_transaction_id,
        transaction.type or "",
        transaction.total,
        made,
        transaction.bank_account,
        transaction,
    )


def _payment(moved: _Moved, lookups: Lookups) -> Payment:
    kind, direction = _FROM_CUSTOMERS[moved.kind]
    amount = _signed(moved.amount, direction)
    link = PaymentLink(
        type=kind if moved.document.id else PaymentLinkType.UNLINKED,
        id=moved.document.id,
        amount=amount.copy_negate(),
    )
    day = midnight(moved.source.date)
    line = PaymentLine(amount=amount, links=(link,), allocated_on_date=day)
    values = _values(moved, lookups) | {"total_amount": amount, "lines": (line,)}
    return Payment.model_validate(values | {"customer_ref": customer(moved.document.contact)})


def _bill_payment(moved: _Moved, lookups: Lookups) -> BillPayment:
    kind, direction = _TO_SUPPLIERS[moved.kind]
    amount = _signed(moved.amount, direction)
    link = BillPaymentLink(
        type=kind if moved.document.id else BillPaymentLinkType.UNLINKED,
        id=moved.document.id,
        amount=amount.copy_negate(),
    )
    day = midnight(moved.source.date)
    line = BillPaymentLine(amount=amount, links=(link,), allocated_on_date=day)
    values = _values(moved, lookups) | {"total_amount": amount, "lines": (line,)}
    return BillPayment.model_validate(values | {"supplier_ref": supplier(moved.document.contact)})


def _signed(amount: Decimal, direction: int) -> Decimal:
    return amount if direction == IN else amount.copy_negate()


def _values(moved: _Moved, lookups: Lookups) -> dict[str, Any]:
    """Give what both sides have in common."""
    source = moved.source
    currency = currency_of(moved.document.currency_code, lookups)
    return {
        "id": moved.id,
        "date": midnight(source.date),
        "account_ref": account_of_payment(moved.account, lookups),
        "currency": currency,
        "currency_rate": base_rate(source.currency_rate, currency, lookups),
        "reference": source.reference,
        "source_modified_date": source.updated_date_utc,
        "metadata": Metadata(is_deleted=source.status in ("DELETED", "VOIDED")),
    }
