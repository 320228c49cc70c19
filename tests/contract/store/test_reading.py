"""Lists, filters, orders and totals mean the same in the store as they do in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_code.model import Kind, decode, encode, property_kind
from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.model.properties import value_at
from shared_code.query import evaluate
from shared_code.query.resolve import as_instant
from shared_code.store.database import Database
from shared_code.store.records import Listing, Totals, count, latest, read_list, read_page
from tests.support.records import (
    NOON,
    invoice,
    new_dataset,
    order,
    published,
    query,
    stage,
    sync,
)

_IDS = st.sampled_from(["a", "A", "b", "b/1", "c c", "é", "z-9", "ß"])
_MONEY = st.sampled_from(["0", "-5.5", "10.00", "10.0001", "99.99", "120"])
_ODD_MONEY = st.sampled_from(["10.00005", "922337203685478", "0.5"])
_DAYS = st.integers(0, 3).map(lambda n: datetime(2029, 12, 1) + timedelta(days=n))  # noqa: DTZ001
_OPTIONAL: Mapping[str, st.SearchStrategy[Any]] = {
    "invoice_number": st.sampled_from(["INV-1", "inv-2", "100%", "a_b"]),
    "customer_ref": st.fixed_dictionaries(
        {"id": st.sampled_from(["c1", "C1", "c2"])},
        optional={"company_name": st.sampled_from(["Acme", "acme Ltd", "Öl & Co"])},
    ),
    "due_date": _DAYS | _DAYS.map(lambda day: day.replace(tzinfo=UTC)),
    "note": st.sampled_from(["freight", "FREIGHT free", "other"]),
    "currency_rate": _MONEY.map(Decimal),
    "sub_total": _MONEY.map(Decimal),
    "source_modified_date": _DAYS.map(lambda day: day.replace(tzinfo=UTC)),
    "metadata": st.booleans().map(lambda flag: {"is_deleted": flag}),
}
_INVOICES = st.builds(
    lambda source_id, total, due, optional: invoice(
        source_id, total, amount_due=Decimal(due), **optional
    ),
    _IDS,
    _MONEY,
    _MONEY | _ODD_MONEY,
    st.fixed_dictionaries({"status": st.sampled_from(InvoiceStatus)}, optional=_OPTIONAL),
)
# Each list is what one sync brings; later ones change some records and leave others.
_SYNCS = st.lists(
    st.lists(_INVOICES, max_size=6, unique_by=lambda each: each.id), min_size=1, max_size=3
)
_MOMENTS = ["2029-12-02", "2030-01-01T12:00:00Z", "2030-01-01T12:01:00Z", "2031-01-01"]
_CLAUSES = [
    "id=A",
    "id!=b",
    "status=paid",
    "status != Draft",
    "invoiceNumber~inv",
    "customerRef.id=c1",
    "customerRef.id!=C1",
    "customerRef.companyName~ÖL",
    "customerRef.companyName=ACME",
    "note ~ freight",
    "note != other",
    "note = null",
    "totalAmount>10",
    "totalAmount<=10.0001",
    "amountDue>=10.00005",
    "amountDue=0.5",
    "currencyRate<10.5",
    "currencyRate!=120",
    "subTotal=99.99",
    "metadata.isDeleted!=true",
    *(f"dueDate {sign} 2029-12-02" for sign in ("<", ">=", "=", "!=")),
    *(f"modifiedDate {sign} {at}" for sign in ("<", "<=", "=", "!=", ">", ">=") for at in _MOMENTS),
]
_JOINED = st.tuples(
    st.sampled_from(_CLAUSES), st.sampled_from(["&&", "||"]), st.sampled_from(_CLAUSES)
)
_QUERIES = st.sampled_from(["", *_CLAUSES]) | _JOINED.map("".join)
_ORDERS = st.sampled_from(
    [
        "id",
        "issueDate",
        "dueDate",
        "totalAmount",
        "status",
        "note",
        "currencyRate",
        "customerRef.companyName",
        "modifiedDate",
        "sourceModifiedDate",
    ]
)


def expected(syncs: list[list[Invoice]]) -> dict[str, dict[str, Any]]:
    """What the records are after the syncs, a minute apart, by the contract's own words."""
    records: dict[str, dict[str, Any]] = {}
    for minute, brought in enumerate(syncs):
        for each in brought:
            document = decode(encode(each))
            held = {k: v for k, v in records.get(each.id, {}).items() if k != "modifiedDate"}
            if held != document:
                stamp = (NOON + timedelta(minutes=minute)).isoformat(timespec="microseconds")
                document["modifiedDate"] = stamp.replace("+00:00", "Z")
                records[each.id] = document
    return records


def in_order(records: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    path = by.removeprefix("-")
    kind = property_kind(Invoice, path)

    def rank(record: dict[str, Any]) -> tuple[bool, Any, str]:
        value: Any = value_at(record, path)
        if kind is Kind.DATETIME and value is not None:
            value = as_instant(datetime.fromisoformat(value))
        return (value is None, 0 if value is None else value, record["id"])

    return sorted(records, key=rank, reverse=by.startswith("-"))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    syncs=_SYNCS,
    left=st.lists(_INVOICES, max_size=3),
    text=_QUERIES,
    by=st.none() | _ORDERS | _ORDERS.map("-{}".format),
)
def test_every_query_and_order_means_what_the_evaluator_says(
    db: Database, syncs: list[list[Invoice]], left: list[Invoice], text: str, by: str | None
) -> None:
    dataset = new_dataset(db)
    for minute, brought in enumerate(syncs):
        sync(db, dataset, brought, minutes=minute)
    # A run is on its way while clients read.
    stage(db, dataset, left)
    where = query(text)
    wanted = [each for each in expected(syncs).values() if evaluate(where, each)]
    wanted = in_order(wanted, by or "id")
    listing = Listing(where, order(by) if by else None, offset=1, limit=3)
    with db.read() as tx:
        snapshot = latest(tx, dataset)
        assert snapshot is not None
        assert snapshot.count == len(expected(syncs))
        assert count(tx, snapshot, where, Totals()) == len(wanted)
        page = [decode(each) for each in read_page(tx, snapshot, listing)]
    assert page == wanted[1:4]


# Two syncs whose records differ in everything that the clauses ask about.
_FIXED = [
    [
        invoice("A", "10", status="Paid", note="freight", customer_ref={"id": "c1"}),
        invoice("b", "10.0001", amount_due="10.00005", due_date=datetime(2029, 12, 2, tzinfo=UTC)),
        invoice("c", "99.99", metadata={"is_deleted": True}, sub_total="99.99", status="Draft"),
    ],
    [
        invoice("b", "5", amount_due="0.5", invoice_number="INV-1", currency_rate="120"),
        invoice(
            "d",
            "120",
            note="other",
            customer_ref={"id": "C1", "company_name": "Öl acme"},
            currency_rate="1",
        ),
    ],
]


@pytest.mark.parametrize("text", _CLAUSES)
def test_every_clause_means_what_the_evaluator_says(db: Database, text: str) -> None:
    dataset = new_dataset(db)
    for minute, brought in enumerate(_FIXED):
        sync(db, dataset, brought, minutes=minute)
    where = query(text)
    wanted = {each["id"] for each in expected(_FIXED).values() if evaluate(where, each)}
    assert {each["id"] for each in published(db, dataset, Listing(where))} == wanted


def test_pages_put_together_are_the_whole_list(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice(f"{n:03}", f"{n % 7}.00") for n in range(60)], page=13)
    for by in (None, *map(order, ("-totalAmount", "issueDate", "modifiedDate", "-modifiedDate"))):
        whole = published(db, dataset, Listing(order=by, limit=100))
        pages = [
            published(db, dataset, Listing(order=by, offset=n, limit=7)) for n in range(0, 63, 7)
        ]
        assert [each for page in pages for each in page] == whole


# Cut from an index; found and sorted; read with the total in one pass.
@pytest.mark.parametrize("text", ["totalAmount>0", "customerRef.id=c1", "note!=other"])
def test_what_was_published_together_comes_as_it_came_in_page_by_page(
    db: Database, text: str
) -> None:
    dataset = new_dataset(db)
    brought = [invoice(each, "1.00", customer_ref={"id": "c1"}) for each in "dbeac"]
    sync(db, dataset, brought, page=2)
    sync(db, dataset, [invoice("0", "1.00", customer_ref={"id": "c1"})], minutes=1)
    for by, wanted in (("modifiedDate", "bdaec0"), ("-modifiedDate", "0ceadb")):
        with db.read() as tx:
            snapshot = latest(tx, dataset)
            assert snapshot is not None
            listing = Listing(query(text), order(by))
            total, found = read_list(tx, snapshot, listing, Totals())
        assert (total, "".join(each["id"] for each in json.loads(found))) == (len(wanted), wanted)


def test_a_client_that_pages_while_records_change_misses_none(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice(f"{n:02}") for n in range(20)])
    seen = {each["id"] for each in published(db, dataset, Listing(limit=10))}
    sync(db, dataset, [invoice("03", "1.00"), invoice("15", "2.00"), invoice("99")], minutes=1)
    seen |= {each["id"] for each in published(db, dataset, Listing(offset=10, limit=20))}
    assert seen >= {f"{n:02}" for n in range(20)}


def test_a_count_is_not_taken_twice_for_one_generation(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a")])
    totals = Totals()
    with db.read() as tx:
        snapshot = latest(tx, dataset)
        assert snapshot is not None
        assert count(tx, snapshot, query("status=submitted"), totals) == 1
        assert totals.get((snapshot, query("status=submitted")), lambda: 99) == 1


def test_a_count_of_the_last_generation_is_not_served_for_the_next(db: Database) -> None:
    dataset = new_dataset(db)
    totals = Totals()
    for number in (1, 2):
        sync(db, dataset, [invoice(f"{n}") for n in range(number)], minutes=number)
        with db.read() as tx:
            snapshot = latest(tx, dataset)
            assert snapshot is not None
            assert count(tx, snapshot, query("status=submitted"), totals) == number


def test_null_is_never_stored(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", note=None, currency=None)])
    (found,) = published(db, dataset)
    assert None not in found.values()
    assert "note" not in found


@pytest.mark.parametrize("digits", ["0.10", "1234567890123456789.0123456789", "-3.000000001"])
def test_money_keeps_the_digits_of_its_source(db: Database, digits: str) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", digits)])
    (found,) = published(db, dataset)
    assert str(found["totalAmount"]) == digits


def test_a_reader_sees_one_moment_however_long_it_reads(db: Database) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, [invoice("a", "1.00")])
    with db.read() as tx:
        before = latest(tx, dataset)
        sync(db, dataset, [invoice("a", "2.00"), invoice("b")], minutes=1)
        assert latest(tx, dataset) == before
    with db.read() as tx:
        assert latest(tx, dataset) != before
