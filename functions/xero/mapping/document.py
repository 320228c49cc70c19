"""What invoices and bills have in common: totals, how far they are paid, lines, allocations."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from functions.xero import native
from functions.xero.mapping.amounts import EXACT, ZERO, base_rate, to_cents
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import midnight
from functions.xero.mapping.references import account_of_payment, currency_of
from shared_code.errors import Reject
from shared_code.model.shapes import (
    AllocatedPayment,
    Allocation,
    PaymentAllocation,
    WithholdingTax,
)

RECEIVABLE = "ACCREC"
PAYABLE = "ACCPAY"
OTHER_DOCUMENTS = frozenset(
    {
        "ACCPAYCREDIT",
        "ACCRECCREDIT",
        "APOVERPAYMENT",
        "APPREPAYMENT",
        "AROVERPAYMENT",
        "ARPREPAYMENT",
    }
)
"""Credit notes, overpayments and prepayments: documents of other data types."""


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's amounts in its currency; `total = sub_total + tax`, `due` is yet to be paid."""

    sub_total: Decimal
    tax: Decimal
    total: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """A line's amounts: `sub_total` after discount and before tax, `total` with tax."""

    unit_amount: Decimal
    quantity: Decimal
    discount: Decimal | None
    sub_total: Decimal
    tax: Decimal
    total: Decimal


def totals_of(document: native.Invoice) -> Totals:
    """Read the totals, working out one that is missing; `Reject` where there is no total at all."""
    sub_total, tax, total = document.sub_total, document.total_tax, document.total
    if total is None and sub_total is not None:
        total = EXACT.add(sub_total, tax or ZERO)
    if total is None:
        raise Reject("Invoice cannot be mapped: it has no total")
    if sub_total is None:
        sub_total = EXACT.subtract(total, tax or ZERO)
    if tax is None:
        tax = EXACT.subtract(total, sub_total)
    due = document.amount_due
    return Totals(
        sub_total, tax, total, EXACT.subtract(total, settled(document)) if due is None else due
    )


def settled(document: native.Invoice) -> Decimal:
    """Add up what was paid and credited."""
    return EXACT.add(document.amount_paid or ZERO, document.amount_credited or ZERO)


def is_partly_settled(document: native.Invoice, totals: Totals) -> bool:
    """Say whether anything was paid or credited of a document that is not paid yet."""
    return settled(document) > 0 or abs(totals.due) < abs(totals.total)


def is_deleted(document: native.Invoice) -> bool:
    """Say whether the document was deleted, which only drafts can be."""
    return document.status == "DELETED"


def line_amounts(line: native.LineItem, amount_types: str | None) -> LineAmounts:
    """Read a line's amounts by the document's way of writing tax; a comment has zeros."""
    amount = line.line_amount or ZERO
    tax = ZERO if amount_types == "NoTax" else line.tax_amount or ZERO
    inclusive = amount_types == "Inclusive"
    by_itself = line.unit_amount is None and bool(amount)
    return LineAmounts(
        unit_amount=amount if line.unit_amount is None else line.unit_amount,
        quantity=Decimal(1) if by_itself else line.quantity or ZERO,
        discount=_discount(line),
        sub_total=EXACT.subtract(amount, tax) if inclusive else amount,
        tax=tax,
        total=amount if inclusive else EXACT.add(amount, tax),
    )


def allocations_of(document: native.Invoice, lookups: Lookups) -> tuple[PaymentAllocation, ...]:
    """List what paid the document, in its currency."""
    return tuple(
        _allocation(payment, document, lookups)
        for payment in document.payments or ()
        if payment.status != "DELETED"
    )


def withheld(document: native.Invoice) -> tuple[WithholdingTax, ...] | None:
    """Show what the payer keeps back under the UK's Construction Industry Scheme."""
    if not document.cis_deduction:
        return None
    return (WithholdingTax(name="CIS deduction", amount=document.cis_deduction),)


def _discount(line: native.LineItem) -> Decimal | None:
    if line.discount_amount or not line.discount_rate:
        return line.discount_amount
    full = EXACT.multiply(line.quantity or ZERO, line.unit_amount or ZERO)
    return to_cents(EXACT.multiply(full, EXACT.divide(line.discount_rate, Decimal(100))))


def _allocation(
    payment: native.AppliedPayment, document: native.Invoice, lookups: Lookups
) -> PaymentAllocation:
    currency = currency_of(document.currency_code, lookups)
    rate = base_rate(payment.currency_rate, currency, lookups)
    paid_on = midnight(payment.date)
    return PaymentAllocation(
        payment=AllocatedPayment(
            id=payment.payment_id,
            reference=payment.reference,
            account_ref=account_of_payment(payment.account, lookups),
            currency=currency,
            currency_rate=rate,
            paid_on_date=paid_on,
            total_amount=payment.amount,
        ),
        allocation=Allocation(
            currency=currency,
            currency_rate=rate,
            allocated_on_date=paid_on,
            total_amount=payment.amount,
        ),
    )
