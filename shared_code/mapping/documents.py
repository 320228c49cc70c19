"""Documents as providers tell them, in the one shape that `trade` writes.

A provider's shapes inherit those here, and say their names as aliases; properties are for them to
write anew, where the provider tells what they ask. Amounts are in the document's own currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from shared_code.mapping import trade
from shared_code.mapping.banking import ToldMovement
from shared_code.mapping.books import Books
from shared_code.mapping.exact import ZERO, summed
from shared_code.mapping.lines import LineReader, ToldLine
from shared_code.mapping.places import ship_to
from shared_code.mapping.reading import Amount, Named, Native, Text
from shared_code.mapping.settling import Settlement, Totals
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model.accounting.bill import Bill
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.direct_cost import DirectCost
from shared_code.model.accounting.direct_income import DirectIncome
from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.model.accounting.purchase_order import PurchaseOrder
from shared_code.model.shapes import Address, AddressType, OrderStatus, WithholdingTax


class ToldSettlement(Native):
    """What settled a part of a document."""

    at_documents_rate: ClassVar[bool] = False
    """Whether it has no rate of its own, as a credit that was set against the document."""

    id: Text = None
    reference: Text = None
    amount: Amount | None = None
    day: date | None = None
    rate: Amount | None = None
    account: Named | None = None


class ToldDocument(Native):
    """What all documents have; one of `sub_total`, `total_tax` and `total` may be missing."""

    id: str
    number: Text = None
    party: Named | None = None
    currency: Text = None
    rate: Amount | None = None
    """As `Books.rate` takes it."""
    day: date | None = None
    """Of issue."""
    sub_total: Amount | None = None
    total_tax: Amount | None = None
    total: Amount | None = None
    total_discount: Amount | None = None
    withheld: Amount | None = None
    """A tax that the payer keeps back."""
    lines: Sequence[ToldLine] = ()
    status: Text = None
    note: Text = None
    modified: datetime | None = None

    @property
    def includes_tax(self) -> bool:
        """Whether the lines' amounts have the tax in them."""
        return False

    @property
    def is_untaxed(self) -> bool:
        """Whether what lines say of tax does not count."""
        return False

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted."""
        return False

    @property
    def settled_by(self) -> Sequence[ToldSettlement] | None:
        """What settled it; None where the provider does not say that."""
        return None


class ToldOwed(ToldDocument):
    """An invoice or a bill: what is to be paid."""

    due_on: date | None = None
    paid_on: date | None = None
    amount_due: Amount | None = None
    paid: Amount | None = None
    credited: Amount | None = None


class ToldCredit(ToldDocument):
    """A credit note, or money that was paid too much or ahead."""

    remaining_credit: Amount | None = None


class ToldOrder(ToldDocument):
    """An order with a supplier, and where to deliver it to."""

    expected_on: date | None = None
    wanted_on: date | None = None
    """When it was asked to be delivered: expected then, unless something else is said."""
    instructions: Text = None
    """How to deliver it: the note, where there is no other."""
    deliver_to: Text = None
    """The address, as one text."""
    contact_name: Text = None
    contact_phone: Text = None


class ToldDirect(ToldDocument, ToldMovement):
    """What was bought or sold and paid at once: the money moves with the document itself."""


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """A provider's words for invoices, bills and credits."""

    status: Vocabulary[InvoiceStatus]
    """`SUBMITTED` has its effect on the ledger, paid in part or not."""
    withheld: str = "Withholding tax"
    """What the tax is called that payers keep back."""


def invoice(told: ToldOwed, books: Books, words: DocumentWords) -> Invoice:
    """Write what a customer is to pay; `Reject` where it has no total, as with all of these."""
    return trade.invoice(_owed(told, books, words))


def bill(told: ToldOwed, books: Books, words: DocumentWords) -> Bill:
    """Write what a supplier is to be paid; its number there is our reference."""
    return trade.bill(_owed(told, books, words))


def credit_note(told: ToldCredit, books: Books, words: DocumentWords) -> CreditNote:
    """Write what a customer may still use."""
    return trade.credit_note(_credit(told, books, words))


def bill_credit_note(told: ToldCredit, books: Books, words: DocumentWords) -> BillCreditNote:
    """Write what a supplier still has to grant."""
    return trade.bill_credit_note(_credit(told, books, words))


def direct_cost(told: ToldDirect, books: Books) -> DirectCost:
    """Write what was bought and paid at once."""
    return trade.direct_cost(_direct(told, books))


def direct_income(told: ToldDirect, books: Books) -> DirectIncome:
    """Write what was sold and paid at once."""
    return trade.direct_income(_direct(told, books))


def purchase_order(told: ToldOrder, books: Books, status: Vocabulary[OrderStatus]) -> PurchaseOrder:
    """Write what was ordered from a supplier."""
    values, line1 = _values(told, books), told.deliver_to
    address = Address(type=AddressType.DELIVERY, line1=line1) if line1 else None
    return trade.purchase_order(
        trade.Ordered(
            **values | {"note": told.note or told.instructions},
            expected_on=told.expected_on or told.wanted_on,
            ship_to=ship_to(told.contact_name, told.contact_phone, address),
            order_status=status.translate(told.status, values["unmapped"]),
        )
    )


def _owed(told: ToldOwed, books: Books, words: DocumentWords) -> trade.Owed:
    return trade.Owed(
        **_billed(told, books, words),
        due_on=told.due_on,
        paid_on=told.paid_on,
        amount_due=told.amount_due,
        settled=summed((told.paid or ZERO, told.credited or ZERO)),
    )


def _credit(told: ToldCredit, books: Books, words: DocumentWords) -> trade.Credit:
    return trade.Credit(**_billed(told, books, words), remaining_credit=told.remaining_credit)


def _direct(told: ToldDirect, books: Books) -> trade.Document:
    values = _values(told, books)
    total, rate = values["totals"].total, values["currency_rate"]
    account = books.account_of(told.account)
    moved = Settlement(told.id, told.reference, total, told.day, rate, account)
    return trade.Document(**values | {"number": told.reference}, settlements=(moved,))


def _billed(told: ToldDocument, books: Books, words: DocumentWords) -> dict[str, Any]:
    """Give what invoices, bills and credits have in common."""
    values, tax, settled = _values(told, books), told.withheld, told.settled_by
    values["status"] = words.status.translate(told.status, values["unmapped"])
    values["withheld"] = (WithholdingTax(name=words.withheld, amount=tax),) if tax else None
    if settled is not None:
        currency, rate = values["currency"], values["currency_rate"]
        values["settlements"] = tuple(_settlements(settled, books, currency, rate))
    return values


def _values(told: ToldDocument, books: Books) -> dict[str, Any]:
    """Give what documents of all kinds have in common."""
    unmapped: Unmapped = {}
    currency = books.currency(told.currency)
    reader = LineReader(books, unmapped, inclusive=told.includes_tax, untaxed=told.is_untaxed)
    return {
        "id": told.id,
        "number": told.number,
        "party": trade.Party.of(told.party),
        "currency": currency,
        "currency_rate": books.rate(told.rate, currency),
        "issued_on": told.day,
        "totals": Totals.of(told.sub_total, told.total_tax, told.total, type(told).__name__),
        "lines": reader.values(told.lines),
        "total_discount": told.total_discount,
        "note": told.note,
        "modified": told.modified,
        "is_deleted": told.is_gone,
        "unmapped": unmapped,
    }


def _settlements(
    told: Sequence[ToldSettlement], books: Books, currency: str, documents_rate: Decimal | None
) -> Iterator[Settlement]:
    for each in told:
        yield Settlement(
            id=each.id,
            reference=each.reference,
            amount=each.amount,
            day=each.day,
            rate=documents_rate if each.at_documents_rate else books.rate(each.rate, currency),
            account=books.account_of(each.account),
        )
