"""Companies, datasets and records for tests of what is stored and what is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from shared_code.model import Shape, decode, index_of
from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.query import Filter, Order, parse, resolve, resolve_order
from shared_code.store.database import Database
from shared_code.store.records import (
    Dataset,
    Listing,
    Origin,
    Published,
    latest,
    prepare,
    publish,
    read_page,
    record_in,
    write,
)
from shared_code.store.records.dataset import read_state
from shared_code.store.schema import companies, connections, datasets

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ORIGIN = Origin(run_id="run", resource="Invoices", sequence=0, mapping_version="1")


def new_company(db: Database, client_id: str = "client") -> str:
    """Create a company of a client; gives its id."""
    company_id = str(uuid.uuid4())
    with db.write() as tx:
        tx.execute(
            insert(companies).values(
                id=company_id, client_id=client_id, name="Acme", tags={}, created_at=NOON
            )
        )
    return company_id


def new_connection(
    db: Database, company_id: str, *, client_id: str = "client", status: str = "Linked"
) -> str:
    """Create a connection to Xero; gives its id."""
    connection_id = str(uuid.uuid4())
    with db.write() as tx:
        tx.execute(
            insert(connections).values(
                company_id=company_id,
                id=connection_id,
                client_id=client_id,
                platform="xero",
                status=status,
                epoch=1,
                created_at=NOON,
            )
        )
    return connection_id


def new_dataset(
    db: Database, data_type: str = "invoices", *, company_id: str = "", connection_id: str = ""
) -> Dataset:
    """Create a dataset that nothing was written to, by default with ids of its own."""
    dataset = Dataset(
        company_id or str(uuid.uuid4()), connection_id or str(uuid.uuid4()), data_type, "xero"
    )
    with db.write() as tx:
        tx.execute(
            insert(datasets).values(
                company_id=dataset.company_id,
                connection_id=dataset.connection_id,
                data_type=data_type,
                platform="xero",
                generation=0,
                record_count=0,
                records_owner=dataset.owner,
                passes=0,
            )
        )
    return dataset


def stage(db: Database, dataset: Dataset, records: Iterable[Shape], *, page: int = 1000) -> None:
    """Do what a run does before it publishes: clear what was left, write page by page."""
    rows = [record_in(record) for record in records]
    ready = False
    while not ready:
        with db.write() as tx:
            ready = prepare(tx, dataset)
    for start in range(0, len(rows), page):
        with db.write(flushed=False) as tx:
            generation = read_state(tx, dataset).generation + 1
            write(
                tx,
                dataset,
                generation=generation,
                records=rows[start : start + page],
                origin=replace(ORIGIN, sequence=start // page),
            )


def sync(
    db: Database,
    dataset: Dataset,
    records: Sequence[Shape],
    *,
    minutes: int = 0,
    page: int = 1000,
) -> Published:
    """Write page by page, and publish `minutes` after noon."""
    stage(db, dataset, records, page=page)
    with db.write() as tx:
        now = NOON + timedelta(minutes=minutes)
        return publish(tx, dataset, pull_id=str(uuid.uuid4()), now=now)


def published(
    db: Database, dataset: Dataset, listing: Listing | None = None
) -> list[dict[str, Any]]:
    """Read what is published, decoded; by default all of it."""
    with db.read() as tx:
        snapshot = latest(tx, dataset)
        if snapshot is None:
            return []
        return [decode(each) for each in read_page(tx, snapshot, listing or Listing(limit=10_000))]


def query(text: str, model: type[Shape] = Invoice) -> Filter:
    """Parse and type a query."""
    return resolve(parse(text), index_of(model))


def order(text: str, model: type[Shape] = Invoice) -> Order:
    """Parse and type an `orderBy`."""
    return resolve_order(text, index_of(model))


def invoice(source_id: str, total: str = "120.00", **changes: object) -> Invoice:
    """Make an unpaid invoice."""
    values: dict[str, object] = {
        "id": source_id,
        "issue_date": datetime(2029, 12, 1),  # noqa: DTZ001 - a calendar date
        "total_tax_amount": Decimal("20.00"),
        "total_amount": Decimal(total),
        "amount_due": Decimal(total),
        "status": InvoiceStatus.SUBMITTED,
        "currency": "GBP",
    }
    return Invoice.model_validate({**values, **changes})
