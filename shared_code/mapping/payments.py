"""Money that customers pay and that suppliers are paid, in one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shared_code.errors import Reject
from shared_code.mapping.banking import ToldMovement
from shared_code.mapping.books import Books
from shared_code.mapping.days import midnight
from shared_code.mapping.exact import signed
from shared_code.mapping.reading import Amount, Named, Native, Text
from shared_code.mapping.routing import Typed
from shared_code.mapping.sharing import Unmade, metadata
from shared_code.mapping.trade import Party
from shared_code.mapping.words import Unmapped
from shared_code.model.accounting.bill_payment import BillPayment, BillPaymentLinkType
from shared_code.model.accounting.payment import Payment, PaymentLinkType
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import AccountRef

_OF_SUPPLIERS = {
    PaymentLinkType.INVOICE: BillPaymentLinkType.BILL,
    PaymentLinkType.PAYMENT: BillPaymentLinkType.BILL_PAYMENT,
}
_LINKS = {each: each for each in PaymentLinkType}
_BILL_LINKS = {
    each: _OF_SUPPLIERS.get(each) or BillPaymentLinkType(each.value) for each in PaymentLinkType
}


class ToldPaid(Native):
    """The document that a payment settled, as far as the payment tells it."""

    id: Text = None
    party: Named | None = None
    currency: Text = None


class ToldPayment(ToldMovement, Typed):
    """Money that settled one document, as a provider tells it; its word says which kind of one."""

    amount: Amount | None = None

    @property
    def paid(self) -> Decimal | None:
        """How much it was, in the currency of the document."""
        return self.amount

    @property
    def document(self) -> ToldPaid:
        """What it settled."""
        return ToldPaid()


@dataclass(frozen=True, slots=True)
class Settles:
    """What a provider's word for a payment says that it settled."""

    kind: PaymentLinkType
    is_usual: bool = True
    """Whether the customer pays or the supplier is paid: else money goes back."""


PaymentWords = Mapping[str, Settles]
"""A provider's words for the payments of one side of the books."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a payment: how much, and what it settled, in the payment's currency.

    `kind` is a customer's payment's, whatever the side: `INVOICE` is also a bill.
    """

    amount: Decimal
    """Positive where a customer pays or a supplier is paid, negative where money goes back."""
    kind: PaymentLinkType
    id: str | None
    """None where the provider does not say what was settled: it is linked to nothing then."""

    @property
    def settled(self) -> PaymentLinkType:
        """The kind of what it is linked to."""
        return self.kind if self.id else PaymentLinkType.UNLINKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment of either side; `currency_rate` times an amount is in the base currency."""

    id: str
    party: Party | None
    account: AccountRef | None
    day: date | None
    currency: str
    currency_rate: Decimal | None
    amount: Decimal
    """All of it: what its parts add up to."""
    parts: Sequence[Part]
    reference: str | None = None
    note: str | None = None
    modified: datetime | None = None
    is_deleted: bool = False
    unmapped: Unmapped = field(default_factory=dict)


def from_customer(told: ToldPayment, books: Books, words: PaymentWords) -> Payment:
    """Write what a customer paid or was paid back for one document."""
    return payment(_paid(told, books, words))


def to_supplier(told: ToldPayment, books: Books, words: PaymentWords) -> BillPayment:
    """Write what a supplier was paid or paid back for one document."""
    return bill_payment(_paid(told, books, words))


def payment(paid: Paid) -> Payment:
    """Write what a customer paid."""
    return Payment(
        **_common(paid),
        customer_ref=paid.party and paid.party.customer,
        lines=_lines(paid, _LINKS),
    )


def bill_payment(paid: Paid) -> BillPayment:
    """Write what a supplier was paid."""
    return BillPayment(
        **_common(paid),
        supplier_ref=paid.party and paid.party.supplier,
        lines=_lines(paid, _BILL_LINKS),
    )


def _lines(paid: Paid, types: Mapping[PaymentLinkType, StrEnum]) -> tuple[Unmade, ...]:
    """Write the parts; each is linked with the opposite sign, so that both add up to nothing."""
    day = midnight(paid.day)
    return tuple(
        {
            "amount": part.amount,
            "links": (
                {
                    "type": types[part.settled],
                    "id": part.id,
                    "amount": part.amount.copy_negate(),
                },
            ),
            "allocated_on_date": day,
        }
        for part in paid.parts
    )


def _paid(told: ToldPayment, books: Books, words: PaymentWords) -> Paid:
    """Complete a payment, in the currency of its document; `Reject` where it has no amount."""
    if told.paid is None:
        raise Reject(f"{type(told).__name__} cannot be mapped: it has no amount")
    document, settles = told.document, words[told.type or ""]
    currency = books.currency(document.currency)
    amount = signed(told.paid, positive=settles.is_usual)
    return Paid(
        id=told.id,
        party=Party.of(document.party),
        account=books.account_of(told.account),
        day=told.day,
        currency=currency,
        currency_rate=books.rate(told.rate, currency),
        amount=amount,
        parts=(Part(amount, settles.kind, document.id),),
        reference=told.reference,
        modified=told.modified,
        is_deleted=told.is_gone,
    )


def _common(paid: Paid) -> dict[str, Any]:
    return {
        "id": paid.id,
        "date": midnight(paid.day),
        "account_ref": paid.account,
        "currency": paid.currency,
        "currency_rate": paid.currency_rate,
        "total_amount": paid.amount,
        "reference": paid.reference,
        "note": paid.note,
        "source_modified_date": paid.modified,
        "metadata": metadata(is_deleted=paid.is_deleted),
        "supplemental_data": SupplementalData.of_unmapped(paid.unmapped),
    }
