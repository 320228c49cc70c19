"""PostgreSQL plans what looks a key up once, and what it leads to for its values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, Select, Text, bindparam, select

from shared_code.store.database import Database
from shared_code.store.records import Dataset, Listing, read_page, seen, with_latest
from shared_code.store.schema import connections
from tests.support.postgres import PostgresServer
from tests.support.records import invoice, new_company, new_connection, new_dataset, query, sync
from tests.support.stores import new_store

USUAL = ("force_custom_plan", "on")
BY_KEY = ("force_generic_plan", "off")
FEW = Listing(query("totalAmount>3"), limit=2)


@pytest.fixture
def db(postgres: PostgresServer) -> Iterator[Database]:
    with closing(new_store(postgres)) as opened:
        yield opened


@pytest.fixture
def dataset(db: Database) -> Dataset:
    company = new_company(db)
    made = new_dataset(db, company_id=company, connection_id=new_connection(db, company))
    sync(db, made, [invoice(f"{n}", f"{n}.00") for n in range(9)])
    return made


def look_up() -> Select[Any]:
    named = connections.c.id == bindparam("connection", type_=Text)
    return with_latest(select(connections.c.id).where(named), "invoices")


def told(tx: Connection) -> tuple[str, str]:
    plans = tx.exec_driver_sql("SHOW plan_cache_mode").scalar_one()
    return plans, tx.exec_driver_sql("SHOW enable_seqscan").scalar_one()


def test_a_look_up_is_planned_once_and_a_page_anew(db: Database, dataset: Dataset) -> None:
    for _ in range(12):
        with db.read(looking_up=True) as tx:
            row = tx.execute(look_up(), {"connection": dataset.connection_id}).one()
            snapshot = seen(dataset, row)
            assert snapshot is not None
            assert len(read_page(tx, snapshot, FEW)) == 2
    with db.read() as tx:
        kept = tx.exec_driver_sql(
            "SELECT statement LIKE 'WITH page%%', generic_plans > 0, custom_plans > 0"
            " FROM pg_prepared_statements WHERE statement LIKE '%%records_invoices%%' ORDER BY 1"
        ).all()
    assert [tuple(each) for each in kept] == [(False, True, False), (True, False, True)]


def test_it_is_planned_once_until_it_is_found(db: Database, dataset: Dataset) -> None:
    with db.read(looking_up=True) as tx:
        assert told(tx) == BY_KEY
        tx.execute(look_up(), {"connection": dataset.connection_id}).one()
        assert told(tx) == USUAL
    with db.read() as tx:
        assert told(tx) == USUAL


def test_a_plan_made_while_tables_are_small_goes_by_their_keys(
    db: Database, dataset: Dataset
) -> None:
    with db.write() as tx:
        tx.exec_driver_sql("ANALYZE")
    with db.read() as tx:
        small = explained(tx, dataset)
    with db.read(looking_up=True) as tx:
        by_key = explained(tx, dataset)
    assert "Seq Scan" in small
    assert "Seq Scan" not in by_key


def explained(tx: Connection, dataset: Dataset) -> str:
    written = look_up().compile(tx.engine)
    values = {**written.params, "connection": dataset.connection_id}
    return "\n".join(tx.exec_driver_sql(f"EXPLAIN {written}", values).scalars())
