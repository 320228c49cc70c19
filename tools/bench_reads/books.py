"""The books that are read: invoices as a shop has them, and some thousands of everything else."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert

from local.generator.filling import Connection, publish_records
from local.generator.generated import generated
from shared_code.access import ensure_client
from shared_code.model import DATA_TYPES, DataType
from shared_code.model.accounting.invoice import Invoice, InvoiceLine, InvoiceStatus
from shared_code.model.shapes import AccountRef, CustomerRef, ItemRef, TaxRateRef
from shared_code.ports.clock import SystemClock
from shared_code.ports.vault import Vault
from shared_code.store.database import Database
from shared_code.store.records import Dataset
from shared_code.store.schema import companies, connections, datasets

WORDS = ("freight", "widget", "consulting", "annual", "licence", "support", "travel", "paper")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = 2_000
TEMPLATES = 500
OF_EACH_OTHER_TYPE = 2_000
DRAWN = 40
STATUSES = (InvoiceStatus.PAID, InvoiceStatus.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Books:
    """A company's connection and who may read it."""

    connection: Connection
    api_key: str

    @property
    def invoices(self) -> Dataset:
        """The data set that is measured."""
        owner = (self.connection.company_id, self.connection.id)
        return Dataset(*owner, DataType.INVOICES, self.connection.platform)


def open_books(db: Database, vault: Vault) -> Books:
    """Create a client, its company and a linked connection."""
    now = datetime.now(UTC)
    client_id, api_key = ensure_client(db, vault, SystemClock(), "bench")
    connection = Connection(
        "5b1cf6a2-7d0e-4f0f-9d61-2a4f4f0f7b01", "c0a8f9d3-0b6e-4c58-8b39-5a1e6d2c9e02", "xero"
    )
    company = {"id": connection.company_id, "name": "Bench", "tags": {}}
    linked = {"id": connection.id, "company_id": connection.company_id, "status": "Linked"}
    with db.write() as tx:
        tx.execute(insert(companies).values(**company, client_id=client_id, created_at=now))
        tx.execute(
            insert(connections).values(
                **linked, client_id=client_id, platform="xero", epoch=1, created_at=now
            )
        )
    return Books(connection, api_key)


def fill_other_types(db: Database, books: Books, advance: Callable[[], None]) -> None:
    """Fill every type but the measured one."""
    for data_type in DATA_TYPES:
        if data_type is not DataType.INVOICES:
            made = generated(data_type, OF_EACH_OTHER_TYPE, templates=DRAWN)
            publish_records(db, books.connection, data_type, made)
        advance()


def request(db: Database, dataset: Dataset) -> None:
    """Say that a data set is wanted, as a sync does before its first page."""
    with db.write() as tx:
        tx.execute(
            insert(datasets).values(
                company_id=dataset.company_id,
                connection_id=dataset.connection_id,
                data_type=dataset.data_type,
                platform=dataset.platform,
                generation=0,
                record_count=0,
                records_owner=dataset.owner,
                passes=0,
            )
        )


def invoices(records: int, seed: int = 7) -> Iterator[Invoice]:
    """Make invoices of about 1.6 kB, the same each time; one in two is unpaid."""
    dice = random.Random(seed)  # noqa: S311 - made-up books
    templates = [_template(dice) for _ in range(TEMPLATES)]
    customers = max(1, records // 50)
    for number in range(records):
        total = Decimal(dice.randrange(1, 10_000_000)) / 100
        day = BEGIN + timedelta(days=dice.randrange(DAYS))
        customer = dice.randrange(customers)
        paid = dice.random() < 0.5
        yield templates[number % TEMPLATES].model_copy(
            update={
                "id": f"{dice.getrandbits(128):032x}",
                "invoice_number": f"INV-{number}",
                "issue_date": day,
                "due_date": day + timedelta(days=30),
                "total_amount": total,
                "total_tax_amount": total / 5,
                "amount_due": Decimal(0) if paid else total,
                "status": STATUSES[not paid],
                "customer_ref": CustomerRef.model_construct(
                    _fields_set={"id", "company_name"},
                    id=f"customer-{customer}",
                    company_name=f"Customer {customer} Ltd",
                ),
            }
        )


def _template(dice: random.Random) -> Invoice:
    return Invoice(
        id="template",
        issue_date=BEGIN,
        total_tax_amount=Decimal(0),
        total_amount=Decimal(0),
        amount_due=Decimal(0),
        status=InvoiceStatus.PAID,
        currency="GBP",
        currency_rate=Decimal(1),
        sub_total=Decimal(dice.randrange(1, 1_000_000)) / 100,
        note=" ".join(dice.choices(WORDS, k=12)),
        line_items=tuple(_line(dice) for _ in range(3)),
    )


def _line(dice: random.Random) -> InvoiceLine:
    amount = Decimal(dice.randrange(1, 100_000)) / 100
    return InvoiceLine(
        unit_amount=amount,
        quantity=Decimal(dice.randrange(1, 20)),
        sub_total=amount,
        tax_amount=amount / 5,
        total_amount=amount + amount / 5,
        description=" ".join(dice.choices(WORDS, k=8)),
        account_ref=AccountRef(id=f"account-{dice.randrange(40)}", name="Sales of goods"),
        tax_rate_ref=TaxRateRef(id=f"rate-{dice.randrange(5)}", name="20% VAT on income"),
        item_ref=ItemRef(id=f"item-{dice.randrange(900)}", name="Widget"),
    )
