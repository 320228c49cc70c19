from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from shared_code.access import create_client
from shared_code.catalogue import XERO
from shared_code.connect.addresses import Addresses
from shared_code.connect.companies import CompanyFields, create_company, delete_company
from shared_code.connect.connections import (
    create_connection,
    delete_connection,
    unlink_connection,
)
from shared_code.connect.sync_settings import (
    SyncSetting,
    fetched_on_first_link,
    write_settings,
)
from shared_code.model import DataType
from shared_code.notify.work import Work, begin_work
from shared_code.store.database import Database
from shared_code.store.schema import connections, events, pulls, runs
from shared_code.sync.operations import read_operation
from shared_code.sync.requests import request_sync
from shared_code.sync.runs import LEASE, RunLost, RunRef, claim, hold
from tests.support.clock import NOON, ManualClock
from tests.support.stores import empty_store

ADDRESSES = Addresses("https://api.example")


class NoQueue:
    def send(self, queue: str, text: str) -> None:
        """Lose what is sent: the relay would send it again."""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as opened:
        yield opened


def running(db: Database) -> tuple[Row[Any], Row[Any], RunRef]:
    """A company, its linked connection, and a run that somebody drives."""
    with begin_work(db, NoQueue(), ManualClock()) as work:
        client_id = create_client(work.tx, "Lender", NOON)
        company = create_company(work, client_id, CompanyFields("Acme"), ADDRESSES)
        created = create_connection(work, company, XERO, ADDRESSES)
        connection = work.tx.execute(
            update(connections)
            .where(connections.c.id == created.id)
            .values(status="Linked")
            .returning(connections)
        ).one()
        request_sync(work, connection, ["invoices", "bills"], trigger="request")
        run_id = work.tx.scalars(select(runs.c.id)).one()
    ref = claim(db, company.id, run_id, until=NOON + LEASE)
    assert ref is not None
    with db.write() as tx:
        hold(tx, ref)
    return company, connection, ref


def unlink(work: Work, company: Row[Any], connection: Row[Any]) -> None:
    unlink_connection(work, company, connection.id, ADDRESSES)


def delete(work: Work, company: Row[Any], connection: Row[Any]) -> None:
    delete_connection(work, company, connection.id, ADDRESSES)


def delete_all(work: Work, company: Row[Any], connection: Row[Any]) -> None:
    del connection
    delete_company(work, company, ADDRESSES)


@pytest.mark.parametrize("stop", [unlink, delete, delete_all])
def test_whoever_drives_a_run_loses_it_when_its_connection_goes(
    db: Database, stop: Callable[[Work, Row[Any], Row[Any]], None]
) -> None:
    company, connection, ref = running(db)
    with begin_work(db, NoQueue(), ManualClock()) as work:
        stop(work, company, connection)
    with db.write() as tx, pytest.raises(RunLost):
        hold(tx, ref)
    with db.read() as tx:
        shown = [read_operation(tx, company.id, pull.id) for pull in tx.execute(select(pulls))]
        told = set(tx.scalars(select(events.c.event_type)))
    assert {(each.status, each.is_completed, each.is_errored) for each in shown} == {
        ("Cancelled", False, True)
    }
    assert {each.completed for each in shown} == {NOON}
    assert "read.completed" not in told


def test_a_first_link_fetches_in_the_order_of_the_settings(db: Database) -> None:
    company, connection, _ = running(db)
    with begin_work(db, NoQueue(), ManualClock()) as work:
        assert fetched_on_first_link(work.tx, company, "xero") == list(XERO.data_types)
        write_settings(
            work,
            connection.client_id,
            [
                SyncSetting(
                    data_type=DataType.COMPANY,
                    fetch_on_first_link=True,
                    sync_schedule=0,
                    sync_order=1,
                ),
                SyncSetting(
                    data_type=DataType.BILLS,
                    fetch_on_first_link=False,
                    sync_schedule=0,
                    sync_order=0,
                ),
            ],
        )
        ordered = fetched_on_first_link(work.tx, company, "xero")
    expected = [name for name in XERO.data_types if name not in {"bills", "company"}]
    assert ordered == [*expected, "company"]
