"""Measure the record store on this machine: `python -m tools.bench_store --records 100000`.

Writes one dataset of invoices into a fresh store, syncs it again with one record in a hundred
changed, reads it as clients do, and prints one line a figure. Nothing asserts; machines differ.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, insert

from shared_code.model import index_of
from shared_code.model.accounting.invoice import Invoice, InvoiceLine, InvoiceStatus
from shared_code.model.shapes import AccountRef, CustomerRef
from shared_code.query import Filter, parse, resolve, resolve_order
from shared_code.store.database import Database, open_database
from shared_code.store.migrations import migrate
from shared_code.store.records import (
    Dataset,
    Listing,
    Origin,
    Snapshot,
    Totals,
    count,
    get,
    latest,
    publish,
    read_page,
    record_in,
    write,
)
from shared_code.store.schema import datasets

PAGE = 1_000
REPEAT = 9
DATASET = Dataset("company", "connection", "invoices", "xero")
WORDS = ("freight", "widget", "consulting", "annual", "licence", "support", "travel", "paper")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def invoices(records: int) -> Iterator[Invoice]:
    """Make invoices of about 1.5 kB, the same each time."""
    dice = random.Random(7)  # noqa: S311 - made-up books
    for number in range(records):
        total = Decimal(dice.randrange(1, 10_000_000)) / 100
        customer = dice.randrange(max(1, records // 50))
        yield Invoice(
            id=f"{number:032x}",
            issue_date=BEGIN + timedelta(days=dice.randrange(3_000)),
            due_date=BEGIN + timedelta(days=dice.randrange(3_000)),
            total_tax_amount=total / 5,
            total_amount=total,
            amount_due=dice.choice((Decimal(0), total)),
            status=dice.choice((InvoiceStatus.PAID, InvoiceStatus.SUBMITTED)),
            invoice_number=f"INV-{number}",
            customer_ref=CustomerRef(id=f"c{customer}", company_name=f"Customer {customer}"),
            currency="GBP",
            note=" ".join(dice.choices(WORDS, k=12)),
            line_items=tuple(_line(dice) for _ in range(3)),
        )


def _line(dice: random.Random) -> InvoiceLine:
    return InvoiceLine(
        unit_amount=Decimal(dice.randrange(1, 100_000)) / 100,
        quantity=Decimal(dice.randrange(1, 20)),
        description=" ".join(dice.choices(WORDS, k=8)),
        account_ref=AccountRef(id=f"a{dice.randrange(40)}", name="Sales"),
    )


def sync(db: Database, books: list[Invoice], generation: int) -> str:
    """Encode, hash and write all records page by page, and publish; gives records a second."""
    writing = 0.0
    for start in range(0, len(books), PAGE):
        began = time.perf_counter()
        rows = [record_in(each) for each in books[start : start + PAGE]]
        origin = Origin("run", "Invoices", start // PAGE, "1")
        with db.write() as tx:
            write(tx, DATASET, generation=generation, records=rows, origin=origin)
        writing += time.perf_counter() - began
    began = time.perf_counter()
    with db.write() as tx:
        publish(tx, DATASET, pull_id="pull", now=datetime.now(UTC))
    published = time.perf_counter() - began
    return f"{len(books) / writing:9,.0f} records/s, publish {1000 * published:.1f} ms"


def changed(books: list[Invoice]) -> list[Invoice]:
    """Pay one invoice in a hundred."""
    paid = {"amount_due": Decimal(0), "status": InvoiceStatus.PAID, "note": "paid"}
    return [each.model_copy(update={} if n % 100 else paid) for n, each in enumerate(books)]


def listings(records: int) -> dict[str, Listing]:
    """The reads that clients make."""
    schema = index_of(Invoice)
    newest = resolve_order("-issueDate", schema)

    def where(text: str) -> Filter:
        return resolve(parse(text), schema)

    return {
        "first page": Listing(),
        "page in the middle": Listing(offset=records // 2),
        "newest first": Listing(order=newest),
        "newest first, middle": Listing(order=newest, offset=records // 2),
        "latest changes first": Listing(order=resolve_order("-modifiedDate", schema)),
        "unpaid, newest first": Listing(where("amountDue>0&&status!=Paid"), newest),
        "of one customer": Listing(where("customerRef.id=c7")),
        "note contains": Listing(where("note~freight")),
        "an unpromoted property": Listing(where("totalTaxAmount>19999")),
    }


def reads(db: Database, records: int) -> Iterator[tuple[str, str]]:
    """Time each read, and the count behind its total."""
    with db.read() as tx:
        snapshot = latest(tx, DATASET)
        if snapshot is None:
            return
        for name, listing in listings(records).items():
            page = _median(partial(read_page, tx, snapshot, listing))
            total = _median(partial(_total, tx, snapshot, listing))
            yield name, f"{page:9.2f} ms, total {total:.2f} ms"
        one = f"{records // 2:032x}"
        yield "one by id", f"{_median(partial(get, tx, snapshot, one)):9.2f} ms"


def _total(tx: Connection, snapshot: Snapshot, listing: Listing) -> int:
    return count(tx, snapshot, listing.where, Totals())


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEAT):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def figures(db: Database, records: int) -> Iterator[tuple[str, str]]:
    """Fill the store and measure it."""
    migrate(db)
    with db.write() as tx:
        tx.execute(
            insert(datasets).values(
                company_id=DATASET.company_id,
                connection_id=DATASET.connection_id,
                data_type=DATASET.data_type,
                platform=DATASET.platform,
                generation=0,
                record_count=0,
                passes=0,
            )
        )
    books = list(invoices(records))
    yield "first sync", sync(db, books, 1)
    yield "1 % changed", sync(db, changed(books), 2)
    yield from reads(db, records)


def main(
    records: Annotated[int, typer.Option(help="How many invoices.")] = 20_000,
    url: Annotated[str, typer.Option(help="An empty store; a fresh SQLite file if left out.")] = "",
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(url or f"sqlite:///{Path(folder) / 'causeway.db'}")
        try:
            for name, figure in figures(db, records):
                print(f"{name:24}{figure}")
        finally:
            db.close()


if __name__ == "__main__":
    typer.run(main)
