"""A book: all records of one business, each kind in the order of its last change."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from local.providers.books.model import (
    Account,
    Contact,
    Document,
    DocumentKind,
    Item,
    ManualJournal,
    Organisation,
    Payment,
    TaxRate,
    TrackingOption,
    Transfer,
)

MILLISECOND = timedelta(milliseconds=1)


class Stamped(Protocol):
    """What a timeline keeps: an id, and the instant of the last change."""

    @property
    def id(self) -> str:
        """Identify the record."""

    @property
    def updated_at(self) -> datetime:
        """Give the instant of the last change, to the millisecond."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What is left of a record that vanished: which it was, of what kind, and when it went."""

    id: str
    kind: str
    updated_at: datetime


T = TypeVar("T", bound=Stamped)


def _rank(record: Stamped) -> tuple[datetime, str]:
    return record.updated_at, record.id


class Timeline(Generic[T]):
    """Records by id, and in the order (last change, id)."""

    def __init__(self, records: Iterable[T] = ()) -> None:
        self._by_id = {record.id: record for record in records}
        self._ordered = sorted(self._by_id.values(), key=_rank)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[T]:
        return iter(self._ordered)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._by_id

    def __getitem__(self, record_id: str) -> T:
        return self._by_id[record_id]

    def get(self, record_id: str) -> T | None:
        """Find a record, or nothing."""
        return self._by_id.get(record_id)

    def put(self, record: T) -> None:
        """Add a record, or put it in the place of the one with its id."""
        self.remove(record.id)
        self._by_id[record.id] = record
        insort(self._ordered, record, key=_rank)

    def remove(self, record_id: str) -> None:
        """Forget a record without a trace; an unknown id is fine."""
        record = self._by_id.pop(record_id, None)
        if record is not None:
            del self._ordered[bisect_left(self._ordered, _rank(record), key=_rank)]

    def since(self, instant: datetime) -> Sequence[T]:
        """List what changed at or after an instant, oldest change first."""
        return self._ordered[bisect_left(self._ordered, (instant, ""), key=_rank) :]

    def latest(self) -> datetime:
        """Give the instant of the newest change."""
        return self._ordered[-1].updated_at if self._ordered else datetime.min.replace(tzinfo=UTC)


class Book:
    """All records of one business.

    `version` grows with every change, so that answers may be cached by it.
    """

    def __init__(self, organisation: Organisation, *, tax_rates: Iterable[TaxRate]) -> None:
        self.organisation = organisation
        self.tax_rates = {rate.code: rate for rate in tax_rates}
        self.tracking_category = ("", "Region")
        self.tracking_options: tuple[TrackingOption, ...] = ()
        self.accounts: Timeline[Account] = Timeline()
        self.contacts: Timeline[Contact] = Timeline()
        self.items: Timeline[Item] = Timeline()
        self.invoices: Timeline[Document] = Timeline()
        self.credits: Timeline[Document] = Timeline()
        self.overpayments: Timeline[Document] = Timeline()
        self.prepayments: Timeline[Document] = Timeline()
        self.payments: Timeline[Payment] = Timeline()
        self.removed: Timeline[Removed] = Timeline()
        self.bank_transactions: Timeline[Document] = Timeline()
        self.transfers: Timeline[Transfer] = Timeline()
        self.manual_journals: Timeline[ManualJournal] = Timeline()
        self.orders: Timeline[Document] = Timeline()
        self.accounts_by_code: dict[str, Account] = {}
        self.items_by_code: dict[str, Item] = {}
        self.documents_of: defaultdict[str, set[str]] = defaultdict(set)
        self.version = 0

    def index(self) -> None:
        """Rebuild the look-ups after the timelines were filled."""
        self.accounts_by_code = {account.code: account for account in self.accounts}
        self.items_by_code = {item.code: item for item in self.items}
        self.documents_of.clear()
        for document in self.documents():
            self.documents_of[document.contact_id].add(document.id)

    def edited(self) -> tuple[Timeline[Any], ...]:
        """List the timelines of what can change, and what is left of what vanished."""
        return (
            *(self.invoices, self.credits, self.overpayments, self.prepayments),
            *(self.payments, self.bank_transactions, self.transfers, self.orders),
            *(self.contacts, self.items, self.accounts, self.removed),
        )

    def documents(self) -> Iterator[Document]:
        """List what lives in receivables and payables: invoices, bills and credits."""
        for timeline in (self.invoices, self.credits, self.overpayments, self.prepayments):
            yield from timeline

    def document(self, document_id: str) -> Document:
        """Find an invoice, a bill or a credit; raises KeyError."""
        return self.invoices.get(document_id) or self.credit(document_id)

    def credit(self, credit_id: str) -> Document:
        """Find a credit, whatever made it; raises KeyError."""
        found = self.credits.get(credit_id) or self.overpayments.get(credit_id)
        return found or self.prepayments[credit_id]

    def put_document(self, document: Document) -> None:
        """Add or replace an invoice, a bill or a credit."""
        self._timeline(document.kind).put(document)
        self.documents_of[document.contact_id].add(document.id)
        self.version += 1

    def _timeline(self, kind: DocumentKind) -> Timeline[Document]:
        if kind.endswith("overpayment"):
            return self.overpayments
        if kind.endswith("prepayment"):
            return self.prepayments
        return self.credits if kind.is_credit else self.invoices

    def put_payment(self, payment: Payment) -> None:
        """Add or replace a payment, in its document too."""
        document = self.document(payment.document_id)
        others = tuple(each for each in document.payments if each.id != payment.id)
        live = others if payment.is_deleted else (*others, payment)
        self.payments.put(payment)
        self.put_document(replace(document, payments=live, updated_at=payment.updated_at))

    def put_contact(self, contact: Contact) -> None:
        """Add or replace a contact."""
        self.put_in(self.contacts, contact)

    def put_item(self, item: Item) -> None:
        """Add or replace an item."""
        self.items.put(item)
        self.items_by_code[item.code] = item
        self.version += 1

    def put_account(self, account: Account) -> None:
        """Add or replace an account."""
        self.accounts.put(account)
        self.accounts_by_code[account.code] = account
        self.version += 1

    def put_in(self, timeline: Timeline[T], record: T) -> None:
        """Add or replace a record that nothing else is made of."""
        timeline.put(record)
        self.version += 1

    def remove_item(self, item_id: str, at: datetime) -> None:
        """Forget an item as if it had never been; only `removed` knows."""
        self.items_by_code.pop(self.items[item_id].code, None)
        self.items.remove(item_id)
        self.removed.put(Removed(item_id, "item", at))
        self.version += 1

    def next_instant(self, now: datetime) -> datetime:
        """Give an instant later than every change so far, at the millisecond, near `now`."""
        latest = max(each.latest() for each in self.edited())
        rounded = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return max(rounded, latest + MILLISECOND)
