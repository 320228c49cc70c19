"""How fast records get in: a first sync of all, and a later one of what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.store.database import Database
from shared_code.store.records import Dataset, Origin, publish, read_state, record_in, write

PAGE = 1_000


def load(
    db: Database,
    dataset: Dataset,
    books: Iterable[Invoice],
    advance: Callable[[int], None] = lambda _: None,
) -> float:
    """Encode, hash and write records page by page, and publish; gives the seconds it took.

    Making the records does not count.
    """
    seconds = 0.0
    with db.read() as tx:
        generation: int = read_state(tx, dataset).generation + 1
    for sequence, page in enumerate(_pages(books)):
        began = time.perf_counter()
        rows = [record_in(each) for each in page]
        origin = Origin("run", "Invoices", sequence, "1")
        # As a sync commits its pages.
        with db.write(flushed=False) as tx:
            write(tx, dataset, generation=generation, records=rows, origin=origin)
        seconds += time.perf_counter() - began
        advance(len(page))
    began = time.perf_counter()
    with db.write() as tx:
        publish(tx, dataset, pull_id="pull", now=datetime.now(UTC))
    return seconds + time.perf_counter() - began


def _pages(books: Iterable[Invoice]) -> Iterator[list[Invoice]]:
    rest = iter(books)
    while page := list(islice(rest, PAGE)):
        yield page


def changed(books: Iterable[Invoice], times: int) -> Iterator[Invoice]:
    """Change every record; another number of `times` is another change."""
    for each in books:
        changes = {"amount_due": Decimal(times), "status": InvoiceStatus.SUBMITTED}
        yield each.model_copy(update=changes)
