"""What documents have in common: totals, currency, how far they are settled, allocations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from functions.xero import native
from functions.xero.mapping.amounts import EXACT, ZERO, base_rate
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import midnight
from functions.xero.mapping.references import account_of_payment, currency_of
from shared_code.errors import Reject
from shared_code.model import Metadata
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
    """A document's amounts in its currency; `total = sub_total + tax`."""

    sub_total: Decimal
    tax: Decimal
    total: Decimal


def totals_of(document: native.Document) -> Totals:
    """Read the totals, working out one that is missing; `Reject` where there is no total at all."""
    sub_total, tax, total = document.sub_total, document.total_tax, document.total
    if total is None and sub_total is not None:
        total = EXACT.add(sub_total, tax or ZERO)
    if total is None:
        raise Reject(f"{type(document).__name__} cannot be mapped: it has no total")
    if sub_total is None:
        sub_total = EXACT.subtract(total, tax or ZERO)
    if tax is None:
        tax = EXACT.subtract(total, sub_total)
    return Totals(sub_total, tax, total)


def shared_values(document: native.Document, lookups: Lookups) -> dict[str, Any]:
    """Give what all documents have: currency and rate, when they changed, whether they are gone."""
    currency = currency_of(document.currency_code, lookups)
    return {
        "currency": currency,
        "currency_rate": base_rate(document.currency_rate, currency, lookups),
        "source_modified_date": document.updated_date_utc,
        "metadata": Metadata(is_deleted=document.status == "DELETED"),
    }


def due_of(document: native.Invoice, totals: Totals) -> Decimal:
    """Give what is yet to be paid."""
    if document.amount_due is not None:
        return document.amount_due
    return EXACT.subtract(totals.total, settled(document))


def settled(document: native.Invoice) -> Decimal:
    """Add up what was paid and credited."""
    return EXACT.add(document.amount_paid or ZERO, document.amount_credited or ZERO)


def is_partly_settled(document: native.Invoice, totals: Totals) -> bool:
    """Say whether anything was paid or credited of a document that is not paid yet."""
    return settled(document) > 0 or abs(due_of(document, totals)) < abs(totals.total)


def withheld(document: native.Document) -> tuple[WithholdingTax, ...] | None:
    """Show what the payer keeps back under the UK's Construction Industry Scheme."""
    if not document.cis_deduction:
        return None
    return (WithholdingTax(name="CIS deduction", amount=document.cis_deduction),)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settled a part of a document, in the document's currency; `rate` is Xero's."""

    id: str | None
    reference: str | None
    amount: Decimal | None
    day: date | None
    rate: Decimal | None
    account: native.Account | None = None


def by_payments(payments: Iterable[native.AppliedPayment] | None) -> Iterator[Settlement]:
    """List the payments that a document shows and that stand."""
    for each in payments or ():
        if each.status != "DELETED":
            yield Settlement(
                each.payment_id,
                each.reference,
                each.amount,
                each.date,
                each.currency_rate,
                each.account,
            )


def settlements_of(document: native.Invoice) -> tuple[Settlement, ...]:
    """List what settled an invoice or bill: payments, then credits of every kind."""
    return (*by_payments(document.payments), *_by_credits(document))


def _by_credits(document: native.Invoice) -> Iterator[Settlement]:
    for kind in (document.credit_notes, document.overpayments, document.prepayments):
        for each in kind or ():
            number, amount = each.credit_note_number, each.applied_amount
            yield Settlement(each.id, number, amount, each.date, document.currency_rate)


def allocations(
    document: native.Document, settlements: Iterable[Settlement], lookups: Lookups
) -> tuple[PaymentAllocation, ...]:
    """Show settlements as allocations."""
    return tuple(_allocation(each, document, lookups) for each in settlements)


def _allocation(
    settlement: Settlement, document: native.Document, lookups: Lookups
) -> PaymentAllocation:
    currency = currency_of(document.currency_code, lookups)
    rate = base_rate(settlement.rate, currency, lookups)
    day = midnight(settlement.day)
    return PaymentAllocation(
        payment=AllocatedPayment(
            id=settlement.id,
            reference=settlement.reference,
            account_ref=account_of_payment(settlement.account, lookups),
            currency=currency,
            currency_rate=rate,
            paid_on_date=day,
            total_amount=settlement.amount,
        ),
        allocation=Allocation(
            currency=currency,
            currency_rate=rate,
            allocated_on_date=day,
            total_amount=settlement.amount,
        ),
    )
