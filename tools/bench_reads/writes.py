"""How fast records get in: a first sync of all, and a later one of what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from sqlalchemy import Connection

from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.store.database import Database
from shared_code.store.pace import Pace
from shared_code.store.records import (
    Dataset,
    Origin,
    RecordIn,
    publish,
    read_state,
    record_in,
    write,
)
from tools.bench_reads.encoding import Encoded, running_encoder


def load(
    db: Database,
    dataset: Dataset,
    books: Iterable[Invoice],
    advance: Callable[[int], None] = lambda _: None,
) -> float:
    """Encode, hash and write records, some at a time, and publish; gives the seconds it took.

    Making the records does not count.
    """
    writing = _Writing(db, dataset)
    for page in writing.pages(books):
        with writing.counted():
            writing.write([record_in(each) for each in page])
        advance(len(page))
    return writing.publish()


def load_first(
    db: Database, dataset: Dataset, books: Iterable[Invoice], advance: Callable[[int], None]
) -> float:
    """Do as `load` does, and write a page while a process encodes the next, as a long sync does."""
    writing = _Writing(db, dataset)
    encoded: Encoded = list
    with running_encoder() as encoder:
        for page in writing.pages(books):
            encoder.hand_over(page)
            with writing.counted():
                coming = encoder.encode()
                writing.write(encoded())
                encoded = coming
            advance(len(page))
        with writing.counted():
            writing.write(encoded())
    return writing.publish()


class _Writing:
    """A run that writes pages; the seconds it took are counted."""

    def __init__(self, db: Database, dataset: Dataset) -> None:
        self._db, self._dataset = db, dataset
        self._seconds, self._pages = 0.0, 0
        self._pace = Pace(db)
        with db.read() as tx:
            self._generation: int = read_state(tx, dataset).generation + 1

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what it takes to do this."""
        began = time.perf_counter()
        yield
        self._seconds += time.perf_counter() - began

    def pages(self, books: Iterable[Invoice]) -> Iterator[list[Invoice]]:
        """As many at a time as a sync would write."""
        rest = iter(books)
        while page := list(islice(rest, self._pace.enough)):
            yield page

    def write(self, records: Sequence[RecordIn]) -> None:
        """Commit a page as a sync does."""
        origin = Origin("run", "Invoices", self._pages, "1")
        self._pages += 1
        rest = iter(records)
        portion = list(islice(rest, self._pace.records))
        while portion:
            with self._pace.write() as sitting:
                while portion and sitting.may_take_more():
                    self._write(sitting.tx, portion, origin)
                    sitting.wrote(len(portion))
                    portion = list(islice(rest, self._pace.records))

    def _write(self, tx: Connection, records: Sequence[RecordIn], origin: Origin) -> None:
        write(tx, self._dataset, generation=self._generation, records=records, origin=origin)

    def publish(self) -> float:
        """Show all that was written; gives the seconds of everything."""
        with self.counted(), self._db.write() as tx:
            publish(tx, self._dataset, pull_id="pull", now=datetime.now(UTC))
        return self._seconds


def changed(books: Iterable[Invoice], times: int) -> Iterator[Invoice]:
    """Change every record; another number of `times` is another change."""
    for each in books:
        changes = {"amount_due": Decimal(times), "status": InvoiceStatus.SUBMITTED}
        yield each.model_copy(update=changes)
