"""Whatever is sent as a query is refused, or finds what it says; it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import func, inspect, select

from functions.data_api.records import Records
from functions.data_api.routes import records_router
from functions.data_api.snapshots import Snapshots
from shared_code.access import Principal
from shared_code.errors import Reject
from shared_code.model import decode, index_of
from shared_code.model.accounting.invoice import Invoice
from shared_code.query import Filter, Order, evaluate, parse, resolve, resolve_order
from shared_code.serve import service_app
from shared_code.store.database import Database
from shared_code.store.records import Dataset, Listing, Totals, count, latest, read_page
from shared_code.store.schema import METADATA
from tests.contract.store.asking import in_order
from tests.contract.store.hostile import HOSTILE
from tests.support.asgi import app_client
from tests.support.records import invoice, new_company, new_connection, new_dataset, published, sync

pytestmark = pytest.mark.long

SCHEMA = index_of(Invoice)
NUMBERS = range(len(HOSTILE))
# An id, columns, and what only the document has.
CLAUSES = (
    "id = {}",
    "customerRef.id != {}",
    "customerRef.companyName = {}",
    "customerRef.companyName ~ {}",
    "note = {}",
    "note != {}",
    "note ~ {}",
    "totalAmount >= {}",
    "currencyRate = {}",
    "dueDate < {}",
    "metadata.isDeleted = {}",
)


def books() -> list[Invoice]:
    """A plain invoice, and one with each text in it that can be stored."""
    made = [invoice("plain", invoice_number="plain", note="plain")]
    for number, text in enumerate(HOSTILE):
        if "\0" in text or len(text) > 1_000:
            continue
        try:
            named = {"id": text, "company_name": text}
            made.append(invoice(f"{number}/{text}", note=text, customer_ref=named))
        except ValidationError:
            continue
    return made


@cache
def dataset(db: Database) -> Dataset:
    company_id = new_company(db)
    owner = {"company_id": company_id, "connection_id": new_connection(db, company_id)}
    made = new_dataset(db, **owner)
    sync(db, made, books())
    return made


@cache
def documents(db: Database) -> Mapping[str, Any]:
    return {each["id"]: each for each in published(db, dataset(db))}


def rows(db: Database) -> dict[str, int]:
    """Count the rows of all tables that there are, whoever made them."""
    with db.read() as tx:
        names = set(inspect(tx).get_table_names())
        assert names >= {table.name for table in METADATA.sorted_tables}
        return {
            table.name: tx.scalar(select(func.count()).select_from(table)) or 0
            for table in METADATA.sorted_tables
        }


def attempts(text: str) -> Iterator[str]:
    """The text as a whole query, as a property, and as a value."""
    yield text
    yield f"{text} = x"
    yield f"{text} != null && id = plain"
    yield from (clause.replace("{}", text) for clause in CLAUSES)


def understood(text: str) -> Filter | None:
    """What a query asks for; None where it is refused as a bad request."""
    try:
        return resolve(parse(text), SCHEMA)
    except Reject as refused:
        if refused.status != 400:
            raise
        return None


def understood_order(text: str) -> Order | None:
    """As `understood`, of an order."""
    try:
        return resolve_order(text, SCHEMA)
    except Reject as refused:
        if refused.status != 400:
            raise
        return None


def check(db: Database, where: Filter | None, order: Order | None) -> None:
    """See that the store finds what the evaluator does."""
    shown = documents(db)
    wanted = {k: v for k, v in shown.items() if where is None or evaluate(where, v)}
    by = f"{'-' * order.descending}{order.property.path}" if order else None
    with db.read() as tx:
        snapshot = latest(tx, dataset(db))
        assert snapshot is not None
        assert count(tx, snapshot, where, Totals()) == len(wanted)
        page = read_page(tx, snapshot, Listing(where, order, limit=1_000))
    assert [decode(each) for each in page] == in_order(wanted, SCHEMA, by)


@pytest.mark.parametrize("number", NUMBERS)
def test_hostile_text_in_a_query_is_refused_or_only_a_value(db: Database, number: int) -> None:
    before = dict(documents(db)), rows(db)
    for text in attempts(HOSTILE[number]):
        if where := understood(text):
            check(db, where, None)
    assert ({each["id"]: each for each in published(db, dataset(db))}, rows(db)) == before


@pytest.mark.parametrize("number", NUMBERS)
def test_hostile_text_in_an_order_is_refused_or_names_a_property(db: Database, number: int) -> None:
    for text in (HOSTILE[number], f"-{HOSTILE[number]}", f"id {HOSTILE[number]}"):
        if order := understood_order(text):
            check(db, None, order)


def test_most_of_the_texts_are_found_where_they_are_stored(db: Database) -> None:
    found = 0
    for text in HOSTILE:
        where = understood(f"note = {text}")
        if where is None:
            continue
        found += any(evaluate(where, each) for each in documents(db).values())
        check(db, where, None)
    assert found > len(HOSTILE) // 2


@pytest.fixture(scope="session")
def http(db: Database) -> httpx.Client:
    routes = records_router(Records(db, Totals(), Snapshots()))
    app = service_app("data_api", [routes], authenticate=lambda _: Principal("client", "key"))
    return app_client(app)


def printable(number: int) -> bool:
    """Whether a URL has a form for the text, of a length that clients take."""
    return "\ud800" not in HOSTILE[number] and len(HOSTILE[number]) < 5_000


@pytest.mark.parametrize("number", [*filter(printable, NUMBERS)])
def test_over_http_hostile_text_is_answered_with_200_or_400(
    db: Database, http: httpx.Client, number: int
) -> None:
    text, place = HOSTILE[number], f"/companies/{dataset(db).company_id}/data/invoices"
    for asked in ({"query": text}, {"query": f"note ~ {text}"}, {"orderBy": text}):
        answer = http.get(place, params=asked)
        assert answer.status_code in {200, 400}, answer.text
        if answer.status_code == 200 and "query" in asked:
            where = resolve(parse(asked["query"]), SCHEMA)
            wanted = sum(evaluate(where, each) for each in documents(db).values())
            assert answer.json()["totalResults"] == wanted
