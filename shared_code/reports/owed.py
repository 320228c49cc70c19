"""What contacts owe or are owed: by the records that were read, beside what the provider says.

The provider's figures are those of the moment: all that is left to pay of invoices or bills, less
what is left of credit, each in its own currency. Drafts count on neither side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from shared_code.figures import AGED_CREDITORS, AGED_DEBTORS, Figure
from shared_code.model import DataType, Kind, Property, Shape, index_of
from shared_code.model.accounting.bill import Bill
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.bill_payment import BillPaymentLinkType
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.invoice import Invoice
from shared_code.model.accounting.payment import PaymentLinkType
from shared_code.query import Condition, Filter, Operator, parse, resolve
from shared_code.reports.open_items import Document, OpenItem, open_items
from shared_code.reports.tie_out import ZERO, cents

ONE_DAY = timedelta(days=1)

_FALLS_DUE = frozenset({DataType.INVOICES, DataType.BILLS})
_LINK_TYPE = Property("lines.links.type", Kind.TEXT, many=True)


def _left(model: type[Shape], name: str) -> Filter:
    return resolve(parse(f"{name} != 0"), index_of(model))


def _on_account(link_type: PaymentLinkType | BillPaymentLinkType) -> Filter:
    return Condition(_LINK_TYPE, Operator.EQUAL, link_type.value)


_OPEN: Mapping[str, Mapping[DataType, Filter]] = {
    AGED_DEBTORS: {
        DataType.INVOICES: _left(Invoice, "amountDue"),
        DataType.CREDIT_NOTES: _left(CreditNote, "remainingCredit"),
        DataType.PAYMENTS: _on_account(PaymentLinkType.PAYMENT_ON_ACCOUNT),
    },
    AGED_CREDITORS: {
        DataType.BILLS: _left(Bill, "amountDue"),
        DataType.BILL_CREDIT_NOTES: _left(BillCreditNote, "remainingCredit"),
        DataType.BILL_PAYMENTS: _on_account(BillPaymentLinkType.PAYMENT_ON_ACCOUNT),
    },
}


def open_documents(kind: str) -> Mapping[DataType, Filter]:
    """Say which records of which types have something open; the first of the types is needed."""
    return _OPEN[kind]


class Owed(NamedTuple):
    """What is outstanding, and what of the documents should have been paid by now; to the cent."""

    outstanding: Decimal
    overdue: Decimal

    def less(self, other: Owed) -> Owed:
        """The difference."""
        return Owed(self.outstanding - other.outstanding, self.overdue - other.overdue)


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact: its open items, and the provider's figure; either may be lacking."""

    id: str
    items: Sequence[OpenItem]
    figure: Figure | None

    @property
    def name(self) -> str | None:
        """What it is called."""
        named = self.figure.name if self.figure else None
        return named or next((each.contact_name for each in self.items), None)

    @property
    def theirs(self) -> Owed:
        """What the provider says."""
        if self.figure is None:
            return Owed(ZERO, ZERO)
        return Owed(cents(self.figure.amount), cents(self.figure.overdue or ZERO))

    def ours(self, day: date) -> Owed:
        """What the records say.

        The provider's own day may be the one before or after: where its figure is that of such a
        day, so is ours.
        """
        outstanding = cents(sum((each.amount for each in self.items), ZERO))
        by_day = [self._overdue(each) for each in (day, day - ONE_DAY, day + ONE_DAY)]
        told = self.theirs.overdue
        return Owed(outstanding, told if told in by_day else by_day[0])

    def _overdue(self, day: date) -> Decimal:
        late = (each.amount for each in self.items if falls_due(each) and each.due < day)
        return cents(sum(late, ZERO))


def falls_due(item: OpenItem) -> bool:
    """Whether it is an invoice or a bill; credit is never overdue."""
    return item.source in _FALLS_DUE


def standings(documents: Iterable[Document], theirs: Sequence[Figure]) -> list[Standing]:
    """Set contacts side by side: all of whom either side says something."""
    items: dict[str, list[OpenItem]] = {}
    for document in documents:
        # Whatever was dated ahead is open already, and paid already.
        for item in open_items(document, date.max):
            items.setdefault(item.contact_id, []).append(item)
    figures = {each.id: each for each in theirs}
    ids = dict.fromkeys((*figures, *items))
    return [Standing(each, items.get(each, ()), figures.get(each)) for each in ids]


def differing(documents: Iterable[Document], theirs: Sequence[Figure], day: date) -> list[str]:
    """The ids of contacts that differ, those that differ most first."""
    gaps = {
        each.id: max(map(abs, each.ours(day).less(each.theirs)))
        for each in standings(documents, theirs)
    }
    return sorted((each for each, gap in gaps.items() if each and gap), key=lambda id_: -gaps[id_])
