"""Money that customers pay and that suppliers are paid, in one shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared_code.mapping.banking import ToldMovement
from shared_code.mapping.books import Books
from shared_code.mapping.days import midnight
from shared_code.mapping.reading import Named, Native, Text
from shared_code.mapping.trade import Party
from shared_code.mapping.words import Unmapped
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
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import AccountRef

_OF_SUPPLIERS = {
    PaymentLinkType.INVOICE: BillPaymentLinkType.BILL,
    PaymentLinkType.PAYMENT: BillPaymentLinkType.BILL_PAYMENT,
}
_BILL_LINKS = {
    each: _OF_SUPPLIERS.get(each) or BillPaymentLinkType(each.value) for each in PaymentLinkType
}


class ToldPaid(Native):
    """The document that a payment settled, as far as the payment tells it."""

    id: Text = None
    party: Named | None = None
    currency: Text = None


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

    @property
    def link(self) -> dict[str, Any]:
        """What it settled: the amount with the opposite sign, so that both add up to nothing."""
        return {"id": self.id, "amount": self.amount.copy_negate()}


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

    @classmethod
    def one(cls, told: ToldMovement, document: ToldPaid, part: Part, books: Books) -> Paid:
        """Complete a payment of one document: it is shown in the currency of that."""
        currency = books.currency(document.currency)
        return cls(
            id=told.id,
            party=Party.of(document.party),
            account=books.account_of(told.account),
            day=told.day,
            currency=currency,
            currency_rate=books.rate(told.rate, currency),
            amount=part.amount,
            parts=(part,),
            reference=told.reference,
            modified=told.modified,
            is_deleted=told.is_gone,
        )


def payment(paid: Paid) -> Payment:
    """Write what a customer paid."""
    day = midnight(paid.day)
    return Payment(
        **_common(paid),
        customer_ref=paid.party and paid.party.customer,
        lines=tuple(
            PaymentLine(
                amount=part.amount,
                links=(PaymentLink(type=part.settled, **part.link),),
                allocated_on_date=day,
            )
            for part in paid.parts
        ),
    )


def bill_payment(paid: Paid) -> BillPayment:
    """Write what a supplier was paid."""
    day = midnight(paid.day)
    return BillPayment(
        **_common(paid),
        supplier_ref=paid.party and paid.party.supplier,
        lines=tuple(
            BillPaymentLine(
                amount=part.amount,
                links=(BillPaymentLink(type=_BILL_LINKS[part.settled], **part.link),),
                allocated_on_date=day,
            )
            for part in paid.parts
        ),
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
        "metadata": Metadata(is_deleted=paid.is_deleted),
        "supplemental_data": SupplementalData.of_unmapped(paid.unmapped),
    }
