"""Money that customers pay and that suppliers are paid, in one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shared_code.errors import Reject
from shared_code.mapping.banking import ToldMovement, account_transaction
from shared_code.mapping.books import Books
from shared_code.mapping.days import midnight
from shared_code.mapping.exact import ZERO, signed
from shared_code.mapping.reading import Amount, Named, Native, Text
from shared_code.mapping.routing import Typed
from shared_code.mapping.sharing import Unmade, metadata
from shared_code.mapping.trade import Party
from shared_code.mapping.words import Unmapped
from shared_code.model.accounting.account_transaction import AccountTransaction
from shared_code.model.accounting.bill_payment import BillPayment, BillPaymentLinkType
from shared_code.model.accounting.payment import Payment, PaymentLinkType
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import AccountRef, TxnType

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
    bank_amount: Amount | None = None
    """What its account moved, in the account's currency; None where that is not told."""

    @property
    def paid(self) -> Decimal | None:
        """How much it was, in the currency of the document."""
        return self.amount

    @property
    def document(self) -> ToldPaid:
        """What it settled."""
        return ToldPaid()

    def moved_in(self, currency: str | None) -> Decimal | None:
        """What an account in a currency moved; None where it is not told."""
        if self.bank_amount is None and self.document.currency in (None, currency):
            return self.amount
        return self.bank_amount


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


def movement(
    told: ToldPayment, books: Books, customers: PaymentWords, suppliers: PaymentWords
) -> AccountTransaction | None:
    """Write what a payment moved; one to or from another account than a bank moved none.

    One that was deleted takes its movement along, even where it does not say whence it came.
    """
    if books.is_bank(told.account) is False or not (told.account or told.is_gone):
        return None
    word, is_customers = told.type or "", told.type in customers
    settles = (customers if is_customers else suppliers).get(word)
    if settles is None:
        raise Reject(f"{type(told).__name__} cannot be mapped: its type is none that is known")
    amount = signed(_moved(told, books), positive=is_customers is settles.is_usual)
    kind = TxnType.PAYMENTS if is_customers else TxnType.BILL_PAYMENTS
    return account_transaction(told, amount, kind, books)


def _moved(told: ToldPayment, books: Books) -> Decimal:
    """Give what the account moved, nothing where a deleted payment does not say; or `Reject`.

    Of an account that was not looked up, only what its bank moved says that it is at one.
    """
    is_known = books.is_bank(told.account) is not None
    currency = books.account_currency(told.account)
    amount = told.moved_in(currency) if is_known else told.bank_amount
    if amount is None and not told.is_gone:
        lacks = "it does not say what its bank account moved"
        why = lacks if is_known else "its account is none that is known"
        raise Reject(f"{type(told).__name__} cannot be mapped: {why}")
    return ZERO if amount is None else amount


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
