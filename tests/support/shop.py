"""A made-up provider, small enough to see through: a price list (whole) and contacts (by key).

It is asked over httpx's own mock transport, so that the pipeline under test runs whole: provider
client, raw pages, mapping, versions, cursor. Faults are answers put into `answers` beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import Row, insert, select, text, update

from shared_code.catalogue import XERO
from shared_code.errors import Reauthorise, Reject
from shared_code.fetch.paging import Key, ModifiedSince, Whole
from shared_code.fetch.provider import Provider
from shared_code.model.accounting.customer import Customer
from shared_code.model.accounting.item import Item, ItemType
from shared_code.model.accounting.supplier import Supplier
from shared_code.model.shapes import Status
from shared_code.notify.work import Work, begin_work
from shared_code.ports.blobs import Blobs
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.spec import DataSource, Feed, Page, Resource
from shared_code.store.database import Database
from shared_code.store.schema import companies, connections
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.requests import request_sync
from tests.support.clock import ManualClock
from tests.support.postgres import PostgresServer
from tests.support.stores import empty_store

COMPANY, CONNECTION, CLIENT = "co-1", "cn-1", "cl-1"
PAGE = 3
BEGIN = datetime(2029, 1, 1, tzinfo=UTC)


class Mailbox:
    """The queue port as a list."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, queue: str, text: str) -> None:
        self.sent.append((queue, text))


@dataclass
class Shop:
    """The provider's books, its scripted answers, and the calls made to it."""

    items: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[httpx.Response | Callable[[], None]] = field(default_factory=list)
    paths: dict[str, list[httpx.Response]] = field(default_factory=dict)
    """What lists beside the shop's own answer, in this order; the last answer stays."""
    calls: list[str] = field(default_factory=list)
    asked: list[httpx.URL] = field(default_factory=list)
    now: datetime = BEGIN

    def put(self, name: str, title: str) -> None:
        """Write a contact; each change is a second later than the last."""
        self.now += timedelta(seconds=1)
        self.contacts[name] = {"id": name, "title": title, "modified": self.now.isoformat()}

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url.path)
        self.asked.append(request.url)
        if request.url.path in self.paths:
            scripts = self.paths[request.url.path]
            return scripts.pop(0) if len(scripts) > 1 else scripts[0]
        if self.answers:
            scripted = self.answers.pop(0)
            if isinstance(scripted, httpx.Response):
                return scripted
            scripted()
        if request.url.path == "/items":
            rows: list[dict[str, Any]] = [{"id": k, "title": v} for k, v in self.items.items()]
            return httpx.Response(200, json={"rows": rows, "total": len(rows)})
        return httpx.Response(200, json=self._contacts(request))

    def _contacts(self, request: httpx.Request) -> dict[str, Any]:
        since = request.headers.get("If-Modified-Since", "")
        page = int(request.url.params["page"])
        rows = sorted(self.contacts.values(), key=lambda row: row["modified"])
        rows = [row for row in rows if row["modified"] >= since.replace("Z", "+00:00")]
        return {"rows": rows[(page - 1) * PAGE : page * PAGE], "total": len(rows)}


class Tokens:
    """A token source whose token is always good, until the test says otherwise."""

    def __init__(self) -> None:
        self.gone = False

    def token(self) -> SecretStr:
        return SecretStr("good")

    def refused(self, token: SecretStr) -> SecretStr:
        if self.gone:
            raise Reauthorise("The provider refused the refresh token")
        return token


def parse(body: bytes) -> Page:
    document = json.loads(body)
    return Page(document["rows"], document["total"])


def _key(row: Mapping[str, Any]) -> Key:
    modified = row.get("modified")
    return Key(row["id"], datetime.fromisoformat(modified) if modified else None)


def _item(row: Mapping[str, Any], _: object) -> Item:
    return Item(
        id=row["id"],
        name=row["title"],
        item_status=Status.ACTIVE,
        type=ItemType.UNKNOWN,
        is_bill_item=False,
        is_invoice_item=True,
    )


def _customer(row: Mapping[str, Any], lookups: Mapping[str, str]) -> Customer:
    if row["title"] == "unmappable":
        raise Reject("A customer cannot be called that")
    # The lookup shows in the record, so that a test can see which list it came from.
    return Customer(
        id=row["id"],
        customer_name=row["title"],
        contact_name=lookups.get(row["id"]),
        status=Status.ACTIVE,
        source_modified_date=datetime.fromisoformat(row["modified"]),
    )


def _supplier(row: Mapping[str, Any], _: object) -> Supplier | None:
    if row["title"].startswith("only a customer"):
        return None
    return Supplier(id=row["id"], supplier_name=row["title"], status=Status.ACTIVE)


SOURCE = DataSource(
    integration=XERO,
    base_url="https://shop.example",
    resources=(
        Resource(
            name="Items",
            path="/items",
            paging=Whole({}),
            parse=parse,
            key=_key,
            feeds=(Feed("items", _item),),
            listed_whole=True,
        ),
        Resource(
            name="Contacts",
            path="/contacts",
            paging=ModifiedSince({}, PAGE),
            parse=parse,
            key=_key,
            feeds=(Feed("customers", _customer), Feed("suppliers", _supplier)),
            lookups=("Items",),
        ),
    ),
    mapping_version=1,
    make_lookups=lambda pages: {row["id"]: row["title"] for row in pages.get("Items", [])},
    tenant_headers=lambda tenant: {"X-Tenant": tenant},
    fault=lambda _status, _body: None,
)


def make_source() -> DataSource:
    """Make the source as another process does."""
    return SOURCE


@dataclass
class Rig:
    """A store with one linked company, the shop, and the pipeline between them."""

    db: Database
    blobs: Blobs
    queue: Mailbox
    clock: ManualClock
    shop: Shop
    tokens: Tokens
    pipeline: Pipeline
    company: str = COMPANY
    linked: str = CONNECTION

    def request(self, *data_types: str) -> str:
        """Ask for a sync as the API does; gives the run's id."""
        self.clock.advance(1)
        with begin_work(self.db, self.queue, self.clock) as work:
            request_sync(work, self.connection(), data_types, trigger="request")
        mine = f"company_id = '{self.company}'"
        latest = f"select run_id from pulls where {mine} order by requested_at desc limit 1"  # noqa: S608
        return str(self.rows(latest)[0][0])

    def connection(self) -> Row[Any]:
        with self.db.read() as tx:
            return tx.execute(select(connections).where(connections.c.id == self.linked)).one()

    # Rows have the columns that the statement asks for.
    def rows(self, sql: str) -> list[Any]:
        with self.db.read() as tx:
            return list(tx.execute(text(sql)).all())

    def visible(self, data_type: str) -> dict[str, dict[str, Any]]:
        """What a reader sees of a data type, by source id."""
        found = self.rows(
            f"select r.source_id, r.doc from records_{data_type} r join datasets d"  # noqa: S608
            f" on d.data_type = '{data_type}' and d.company_id = r.company_id"
            f" where r.company_id = '{self.company}' and r.gen_from <= d.generation"
            " and (r.gen_to is null or r.gen_to > d.generation)"
        )
        # psycopg reads jsonb, SQLite gives text.
        docs = {row.source_id: row.doc for row in found}
        return {k: json.loads(v) if isinstance(v, str) else v for k, v in docs.items()}

    def statuses(self) -> dict[str, str]:
        """The latest pull's status of each data type."""
        mine = f"company_id = '{self.company}'"
        found = self.rows(f"select data_type, status from pulls where {mine} order by requested_at")  # noqa: S608
        return {row.data_type: row.status for row in found}

    def change(self, sql: str, **values: object) -> None:
        with self.db.write() as tx:
            tx.execute(text(sql), values)

    def set_connection(self, **values: object) -> None:
        with self.db.write() as tx:
            tx.execute(update(connections).values(**values))


@contextmanager
def open_rig(folder: Path, place: Path | PostgresServer | None = None) -> Iterator[Rig]:
    """Set everything up in a folder, with the store there too unless it has a place of its own."""
    clock, queue, shop, tokens = ManualClock(), Mailbox(), Shop(), Tokens()
    with empty_store(place or folder) as db:
        blobs = FolderBlobs(folder / "blobs")
        insert_company(db, clock, COMPANY, CONNECTION)
        with httpx.Client(transport=httpx.MockTransport(shop.answer)) as http:
            pipeline = Pipeline(
                db=db,
                blobs=blobs,
                queue=queue,
                clock=clock,
                source=SOURCE,
                provider_for=lambda _: Provider(http, tokens, clock, {}, SOURCE.fault),
                deauthorise=_deauthorise,
            )
            yield Rig(db, blobs, queue, clock, shop, tokens, pipeline)


def _deauthorise(work: Work, company_id: str, connection_id: str, reason: str) -> None:
    del company_id, connection_id, reason
    work.tx.execute(update(connections).values(status="Deauthorized"))


def insert_company(db: Database, clock: ManualClock, company: str, connection: str) -> None:
    """Create a company with one connection, which is linked."""
    with db.write() as tx:
        tx.execute(
            insert(companies).values(
                id=company, client_id=CLIENT, name="Shopkeeper", tags={}, created_at=clock.now()
            )
        )
        tx.execute(
            insert(connections).values(
                company_id=company,
                id=connection,
                client_id=CLIENT,
                platform="xero",
                status="Linked",
                epoch=1,
                tenant_id="t-1",
                created_at=clock.now(),
            )
        )
