"""The ledger as a provider shows it: numbered journals, and what accounts come to.

A journal is never changed: when a record posts something else than before, what it posted is
reversed under new numbers, and posted anew.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from weakref import WeakKeyDictionary

from local.providers.books.book import Book, Timeline
from local.providers.books.generate import without_garbage_collection
from local.providers.books.model import ZERO, Document, ManualJournal, Transfer
from local.providers.books.postings import (
    Entry,
    document_entries,
    manual_entries,
    transfer_entries,
)

Posted = Document | Transfer | ManualJournal
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Journal:
    """An entry under its number."""

    number: int
    entry: Entry
    created_at: datetime


class Ledger:
    """What a book has posted so far, in the order of posting."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._posted: dict[str, tuple[Entry, ...]] = {}
        self._seen: dict[int, datetime] = {}
        self._days: dict[date, defaultdict[str, Decimal]] = {}
        self._version = -1
        self.journals: list[Journal] = []

    def post(self) -> None:
        """Post what has changed in the book since the last time."""
        if self._version == self._book.version:
            return
        self._version = self._book.version
        with without_garbage_collection():
            is_first = not self.journals
            found = [each for record in self._changed() for each in self._differences(record)]
            if is_first:
                found.sort(key=lambda each: (each[0].posted_on, each[0].source_id))
            for entry, created_at in found:
                self._append(entry, created_at)

    def after(self, number: int) -> Sequence[Journal]:
        """List the journals above a number."""
        return self.journals[bisect_right(self.journals, number, key=lambda each: each.number) :]

    def balances(self, until: date, after: date = date.min) -> dict[str, Decimal]:
        """Sum by account code what was posted after one day and up to another."""
        sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for day, amounts in self._days.items():
            if after < day <= until:
                for code, amount in amounts.items():
                    sums[code] += amount
        return dict(sorted(sums.items()))

    def _changed(self) -> Iterator[Posted]:
        """List the records that changed since they were last looked at."""
        book = self._book
        timelines: tuple[Timeline[Document] | Timeline[Transfer] | Timeline[ManualJournal], ...] = (
            *(book.invoices, book.credits, book.overpayments, book.prepayments),
            *(book.bank_transactions, book.transfers, book.manual_journals),
        )
        for position, timeline in enumerate(timelines):
            yield from timeline.since(self._seen.get(position, _BEFORE_ALL))
            self._seen[position] = timeline.latest()

    def _differences(self, record: Posted) -> Iterator[tuple[Entry, datetime]]:
        """Reverse what a record no longer posts, and give what it did not post before."""
        before, now = self._posted.get(record.id, ()), tuple(_entries(self._book, record))
        self._posted[record.id] = now
        for entry in before:
            if entry not in now:
                yield _reversed(entry), record.updated_at
        for entry in now:
            if entry not in before:
                yield entry, record.updated_at

    def _append(self, entry: Entry, created_at: datetime) -> None:
        """Give an entry the next number; one that moves nothing between accounts gets none."""
        sums = _sums(entry)
        if not any(sums.values()):
            return
        self.journals.append(Journal(len(self.journals) + 1, entry, created_at))
        day = self._days.setdefault(entry.posted_on, defaultdict(lambda: ZERO))
        for code, amount in sums.items():
            day[code] += amount


_LEDGERS: WeakKeyDictionary[Book, Ledger] = WeakKeyDictionary()


def ledger_of(book: Book) -> Ledger:
    """Give the ledger of a book, up to date."""
    ledger = _LEDGERS.get(book)
    if ledger is None:
        ledger = _LEDGERS[book] = Ledger(book)
    ledger.post()
    return ledger


def _entries(book: Book, record: Posted) -> Iterable[Entry]:
    if isinstance(record, Transfer):
        return transfer_entries(record)
    if isinstance(record, ManualJournal):
        return manual_entries(record)
    return document_entries(book, record)


def _reversed(entry: Entry) -> Entry:
    postings = tuple(replace(each, amount=-each.amount) for each in entry.postings)
    return replace(entry, postings=postings)


def _sums(entry: Entry) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for posting in entry.postings:
        sums[posting.account_code] = sums.get(posting.account_code, ZERO) + posting.amount
    return sums
