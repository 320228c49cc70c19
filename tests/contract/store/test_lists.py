"""A list's page and total, read at once or one by one, are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from shared_code.model import Kind, Property, decode, encode
from shared_code.model.accounting.invoice import Invoice
from shared_code.query import Condition, Operator, evaluate
from shared_code.store.database import Database
from shared_code.store.moments import to_micros
from shared_code.store.records import (
    Dataset,
    Listing,
    Snapshot,
    Totals,
    count,
    latest,
    read_list,
    read_page,
)
from shared_code.store.records.asked import Asked
from shared_code.store.records.dataset import whose
from shared_code.store.records.inserting import insert_rows
from shared_code.store.records.statements import select_count
from tests.support.postgres import PostgresServer
from tests.support.records import invoice, new_dataset, order, published, query, stage, sync
from tests.support.stores import new_store

_ODD_CASES = ["KILO", "\N{KELVIN SIGN}ilo", "kilo", "\u0130ndex", "index", "INDEX", "\u0131k", ""]


def books(records: int = 30) -> list[Invoice]:
    return [
        invoice(f"{n:02}", f"{n % 7}.00", note="freight" if n % 3 else "other")
        for n in range(records)
    ]


@pytest.fixture
def on_postgresql(postgres: PostgresServer) -> Iterator[Database]:
    with closing(new_store(postgres)) as opened:
        yield opened


def snapshot_of(db: Database, dataset: Dataset) -> Snapshot:
    with db.read() as tx:
        found = latest(tx, dataset)
    assert found is not None
    return found


@pytest.mark.parametrize("offset", [0, 7, 30, 1_000])
@pytest.mark.parametrize("text", ["note~freight", "totalAmount>3", "subTotal=null", "note=none"])
@pytest.mark.parametrize("by", ["-note", "totalAmount", "-issueDate"])
def test_a_list_is_the_page_and_the_count(db: Database, text: str, by: str, offset: int) -> None:
    dataset = new_dataset(db)
    sync(db, dataset, books())
    # What a run closes is still shown.
    stage(db, dataset, [invoice("03", "1.00", note="freight later"), invoice("99")])
    snapshot, where = snapshot_of(db, dataset), query(text)
    listing = Listing(where, order(by), offset=offset, limit=5)
    with db.read() as tx:
        records = b"[" + b",".join(read_page(tx, snapshot, listing)) + b"]"
        wanted = count(tx, snapshot, where, Totals()), records
        totals = Totals()
        assert read_list(tx, snapshot, listing, totals) == wanted
        assert read_list(tx, snapshot, listing, totals) == wanted


@pytest.mark.parametrize("text", ["note=kilo", "note!=KILO", "note~k", "note~i", "note~INDEX"])
def test_letters_that_turn_into_ascii_are_compared_as_python_does(db: Database, text: str) -> None:
    dataset = new_dataset(db)
    records = [invoice(f"{n}", note=each) for n, each in enumerate(_ODD_CASES)]
    sync(db, dataset, records)
    wanted = {each.id for each in records if evaluate(query(text), decode(encode(each)))}
    assert {each["id"] for each in published(db, dataset, Listing(query(text)))} == wanted


@pytest.mark.parametrize(("usual", "while_reading"), [("4MB", "16MB"), ("64MB", "64MB")])
def test_a_list_that_keeps_all_that_matches_has_room_for_it(
    on_postgresql: Database, usual: str, while_reading: str
) -> None:
    dataset = new_dataset(on_postgresql)
    sync(on_postgresql, dataset, books())
    snapshot, listing = snapshot_of(on_postgresql, dataset), Listing(query("note~freight"))
    with on_postgresql.read() as tx:
        tx.exec_driver_sql(f"SET LOCAL work_mem = '{usual}'")
        read_list(tx, snapshot, listing, Totals())
        assert tx.exec_driver_sql("SHOW work_mem").scalar_one() == while_reading


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("status!=paid && totalAmount>3", "gen_from"),
        ("customerRef.id=c1", "customer_ref_id"),
        ("issueDate>2031-01-01", "issue_date"),
    ],
)
def test_postgresql_counts_as_records_came_in_unless_a_value_leads_to_few(
    on_postgresql: Database, text: str, index: str
) -> None:
    dataset = new_dataset(on_postgresql)
    sync(on_postgresql, dataset, books())
    asked = Asked("invoices", query(text), None, settled=True)
    with on_postgresql.write() as tx:
        # Of so few rows it would read all.
        tx.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        tx.exec_driver_sql("ANALYZE records_invoices")
        counted = select_count(asked, sqlite=False).params(whose(dataset), generation=1)
        sql = counted.compile(tx, compile_kwargs={"literal_binds": True})
        plan = [row[0] for row in tx.exec_driver_sql(f"EXPLAIN {sql}")]
    assert f"using ix_records_invoices_{index} on" in next(step for step in plan if "Scan" in step)


_WRITTEN_OTHERWISE = [
    'she said "no"',
    "back\\slash",
    "a\ttab",
    "50% of a_b/c",
    "\N{LATIN SMALL LETTER E WITH ACUTE}t\N{LATIN SMALL LETTER E WITH ACUTE}",
    "note",
    "line",
]


@pytest.mark.parametrize("note", _WRITTEN_OTHERWISE)
@pytest.mark.parametrize("change", [str, str.upper, lambda text: text[1:], lambda text: text[:-1]])
def test_text_is_found_however_the_document_writes_it(
    db: Database, note: str, change: Callable[[str], str]
) -> None:
    dataset = new_dataset(db)
    # Each document has the names of properties in it, and what stands in another one's note.
    records = [invoice(f"{n}", note=each) for n, each in enumerate(_WRITTEN_OTHERWISE)]
    sync(db, dataset, records)
    where = Condition(Property("note", Kind.TEXT), Operator.CONTAINS, change(note))
    wanted = {each.id for each in records if evaluate(where, decode(encode(each)))}
    assert wanted
    assert {each["id"] for each in published(db, dataset, Listing(where))} == wanted


def test_one_datasets_list_is_never_answered_with_anothers(db: Database) -> None:
    where = query("totalAmount>0")
    datasets = [new_dataset(db) for _ in range(2)]
    for number, dataset in enumerate(datasets):
        sync(db, dataset, [invoice(f"only-{number}", "5.00")])
    for number, dataset in enumerate(datasets):
        (found,) = published(db, dataset, Listing(where))
        assert found["id"] == f"only-{number}"


def test_a_row_that_is_refused_is_the_stores_error_and_leaves_nothing(db: Database) -> None:
    dataset, modified_at = new_dataset(db), datetime(2030, 1, 1, tzinfo=UTC)
    row: dict[str, Any] = {
        "owner": dataset.owner,
        "company_id": dataset.company_id,
        "connection_id": dataset.connection_id,
        "gen_from": 1,
        "platform": dataset.platform,
        "source_id": "refused",
        "content_hash": b"\x00\xff",
        "is_deleted": False,
        "source_modified_at": to_micros(modified_at),
        "run_id": "run",
        "resource": "tab\tback\\slash",
        "sequence": 0,
        "mapping_version": "1",
        "doc": "{}",
    }
    spoilt = tuple((row | {"content_hash": None}).values())
    with pytest.raises(DBAPIError), db.write() as tx:
        insert_rows(tx, dataset.records, tuple(row), [tuple(row.values()), spoilt])
    with db.write() as tx:
        insert_rows(tx, dataset.records, tuple(row), [tuple(row.values())])
    with db.read() as tx:
        kept = tx.execute(dataset.records.select().where(dataset.owns(dataset.records))).one()
    assert kept._asdict().items() >= (row | {"source_modified_at": modified_at}).items()
