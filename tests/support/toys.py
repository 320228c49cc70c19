"""A toy bank behind each kind of door, with the connector that reads it: one list of movements."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, TypeAdapter

from local.conformance import MakeSimulator, simulator_made
from local.providers.books.book import Book
from local.providers.books.kinds import is_gone
from local.providers.books.model import Payment
from local.providers.books.truth import Truth
from local.providers.kit import auth as doors
from local.providers.kit.auth import Tenancy
from local.providers.kit.declared import Envelope, Json, Resource, Simulated, Telling
from local.providers.kit.paging import Size, SyncFeed
from local.providers.kit.simulate import simulate
from shared_code import spec
from shared_code.catalogue import Integration
from shared_code.connect.auth.declared import Auth, Granted, ListTenants
from shared_code.connect.auth.facts import HOST, Asked, host_of
from shared_code.connect.auth.reaching import listed
from shared_code.connect.tenant import Tenant
from shared_code.connector import Connector
from shared_code.fetch.decoding import decode_json
from shared_code.fetch.paging import Fields, Key, SyncTokens, no_more
from shared_code.mapping.days import midnight
from shared_code.mapping.reading import Amount, Native, reads, rows_in
from shared_code.model.banking.transaction import BankingTransaction

TOY = Integration(
    key="toyb",
    platform="toy_bank",
    name="Toy Bank",
    source_type="Banking",
    integration_id="b7d9f0a4-6f1e-4c63-9b0a-0c1a5a9b7a01",
    source_id="b7d9f0a4-6f1e-4c63-9b0a-0c1a5a9b7a02",
    data_types=("banking-transactions",),
)
"""Whoever runs a toy puts it into the catalogue."""

ORGANISATION_HEADER = "X-Organisation"
LISTED_AT = "/organisations"


# What the bank tells


def _movement(of: Payment, telling: Telling) -> Json:
    account = telling.book.accounts_by_code[of.account_code]
    return {
        "id": of.id,
        "account": account.id,
        "amount": str(of.bank_amount),
        "currency": account.currency,
        "on": of.paid_on.isoformat(),
    }


def _truth(book: Book) -> Truth:
    there = (each for each in book.payments if not is_gone(each))
    return {"banking-transactions": {each.id: {"amount": str(each.bank_amount)} for each in there}}


def bank(auth: doors.Auth, tenancy: Tenancy) -> Simulated:
    """Declare the bank behind a door."""
    movements = Resource(
        name="movements",
        path="/movements",
        records=lambda book: book.payments,
        shape=_movement,
        envelope=Envelope(rows="data", gone="removed", cursor="cursor", more="has_more"),
        paging=SyncFeed(Size("limit", 100, 500)),
        gone=is_gone,
        feed=True,
    )
    return Simulated(
        title="Toy Bank",
        auth=auth,
        tenancy=tenancy,
        root="/v1",
        resources=(movements,),
        truth=_truth,
    )


# What the connector reads


class Placed(Native):
    """What has an id: a movement, or one that is gone."""

    id: str


class Movement(Placed):
    """A movement as the bank tells it."""

    account: str
    amount: Amount
    currency: str
    on: date


@reads(Movement)
def map_movement(movement: Movement, _: None) -> BankingTransaction:
    """Map a movement."""
    return BankingTransaction(
        id=movement.id,
        account_id=movement.account,
        amount=movement.amount,
        currency=movement.currency,
        posted_date=midnight(movement.on),
    )


def _parse(body: bytes) -> spec.Page:
    decoded = decode_json(body)
    page = decoded if isinstance(decoded, dict) else {}
    rows, removed = rows_in(page, "data"), rows_in(page, "removed")
    return spec.Page(
        rows,
        next=page.get("cursor"),
        more=page.get("has_more") is True,
        rows=len(rows) + len(removed),
        deleted=[Key(Placed.model_validate(each).id) for each in removed],
    )


def source(base_url: str) -> spec.DataSource:
    """Declare the one list below a base URL."""
    movements = spec.Resource(
        name="Movements",
        path="/v1/movements",
        paging=SyncTokens(Fields({}, after="cursor", size="limit"), 200, no_more),
        parse=_parse,
        key=lambda record: Key(Placed.model_validate(record).id),
        feeds=spec.feeds(**{"banking-transactions": map_movement}),
    )
    return spec.DataSource(
        integration=TOY,
        base_url=base_url,
        resources=(movements,),
        mapping_version=1,
        make_lookups=lambda _: None,
        tenant_headers=lambda tenant: {ORGANISATION_HEADER: tenant},
        fault=spec.disconnected("Toy Bank", 403, b'"code":"tenant"'),
    )


class _Organisation(BaseModel):
    id: str
    name: str


_ORGANISATIONS = TypeAdapter(list[_Organisation])


def organisations(url: str) -> ListTenants:
    """Make the list call for what a grant reaches, which proves the grant as well."""

    def tenants(granted: Granted) -> list[Tenant]:
        found = listed(granted, url + LISTED_AT, _ORGANISATIONS, "Toy Bank")
        return [Tenant(each.id, each.name) for each in found]

    return tenants


def name_at_host(granted: Granted) -> str:
    """Ask the host that was typed in for its organisation's name."""
    at = f"https://{granted.facts['host']}{LISTED_AT}"
    return listed(granted, at, _ORGANISATIONS, "Toy Bank")[0].name


KEY = Asked("key", "Key", r"key_[0-9a-f]{32}", "It begins with key_.", secret=True)
SECRET = Asked("secret", "Secret", r"[0-9a-f-]{36}", "It comes with the key.", secret=True)
CLIENT = Asked("client_id", "Client id", r"[a-z-]{3,80}", "From the developer page.")
CLIENT_SECRET = Asked(
    "client_secret", "Client secret", r"[a-z0-9-]{3,80}", "From the developer page.", secret=True
)
SITE = Asked("host", "Address", HOST, "Such as mine.books.example.", clean=host_of, host=True)


def served(door: doors.Auth, tenancy: Tenancy | None = None) -> MakeSimulator:
    """Serve the bank behind a door."""
    return simulator_made(simulate(bank(door, tenancy or Tenancy(listed_at=LISTED_AT))))


def read_at(url: str, auth: Auth, tenants: ListTenants | None = None) -> Connector:
    """Declare the connector for a base URL, which may have facts in it."""
    return Connector(source(url), auth, (url,), tenants or organisations(url))
