"""A purge takes every row of a company or connection, a bounded number at a time, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    Text,
    func,
    insert,
    select,
)

from shared_code.store.database import Database
from shared_code.store.records import purge
from shared_code.store.schema import (
    METADATA,
    commands,
    companies,
    connections,
    events,
    grants,
    purges,
)
from shared_code.store.schema.base import owner_key
from shared_code.store.types import Document, Instant, Json
from tests.support.records import NOON

OWNED = [
    table for table in METADATA.sorted_tables if table is companies or "company_id" in table.columns
]
KEPT = {purges.name}
LAST = {grants.name, commands.name, connections.name, companies.name}
# What belongs to a company and to none of its connections in particular.
OF_COMPANY = {
    table.name
    for table in OWNED
    if table is companies or (table is not connections and "connection_id" not in table.columns)
}


def _value(column: Column[Any], row: int) -> object:
    made: dict[type, object] = {
        Boolean: False,
        Instant: NOON,
        Json: {},
        Document: "{}",
        Integer: row,
        LargeBinary: f"{column.name}{row}".encode(),
        Text: f"{column.name}{row}",
    }
    return next(value for kind, value in made.items() if isinstance(column.type, kind))


def fill(db: Database, company: str, connection: str, start: int) -> None:
    """Write two rows into every table that has rows of a company."""
    owner: dict[str, object] = {"company_id": company, "connection_id": connection}
    owner |= dict.fromkeys(("owner", "records_owner"), owner_key(company, connection))
    with db.write() as tx:
        for table in OWNED:
            for row in (start, start + 1):
                values = {
                    column.name: _value(column, row)
                    for column in table.columns
                    if not column.foreign_keys
                }
                named: dict[str, object] = {"id": company} if table is companies else owner
                if table is connections:
                    named = {"company_id": company, "id": connection}
                if row > start and table in {companies, connections, grants, purges}:
                    continue
                kept = {k: v for k, v in named.items() if k in values}
                tx.execute(insert(table).values(**values | kept))


def rows(db: Database, company: str, connection: str | None = None) -> dict[str, int]:
    """Count what is left of a company, or of one of its connections, by table."""
    found = {}
    with db.read() as tx:
        for table in OWNED:
            condition = (table.c.id if table is companies else table.c.company_id) == company
            if connection is not None:
                if table.name in OF_COMPANY:
                    continue
                held = table.c.id if table is connections else table.c.connection_id
                condition &= held == connection
            count = tx.scalar(select(func.count()).select_from(table).where(condition))
            if count:
                found[table.name] = count
    return found


def purge_all(db: Database, company: str, connection: str | None, *, revoked: bool) -> None:
    left = 1
    while left:
        with db.write() as tx:
            left = purge(tx, company, connection, revoked=revoked, limit=3)
        assert left <= 3


@pytest.fixture(autouse=True)
def _empty(db: Database) -> None:
    with db.write() as tx:
        for table in OWNED:
            tx.execute(table.delete())


def test_a_purged_company_leaves_no_row_but_the_note_to_purge_it(db: Database) -> None:
    fill(db, "gone", "x", 0)
    fill(db, "stays", "y", 10)
    before = rows(db, "stays")
    assert set(before) == {table.name for table in OWNED}
    purge_all(db, "gone", None, revoked=True)
    assert set(rows(db, "gone")) == KEPT
    assert rows(db, "stays") == before


def test_a_purged_connection_leaves_its_company_and_the_other_connection(db: Database) -> None:
    fill(db, "company", "gone", 0)
    fill(db, "elsewhere", "stays", 10)
    with db.write() as tx:
        for table in OWNED:
            owner = table.c.id if table is companies else table.c.company_id
            if table is not companies:
                tx.execute(table.update().where(owner == "elsewhere").values(company_id="company"))
    before = rows(db, "company", "stays")
    purge_all(db, "company", "gone", revoked=True)
    assert set(rows(db, "company", "gone")) == KEPT
    assert rows(db, "company", "stays") == before
    assert set(rows(db, "company")) >= OF_COMPANY


def test_what_revoking_the_grant_needs_stays_until_it_is_revoked(db: Database) -> None:
    fill(db, "gone", "x", 0)
    purge_all(db, "gone", None, revoked=False)
    assert set(rows(db, "gone")) == KEPT | LAST


def test_the_news_of_a_deletion_outlives_it(db: Database) -> None:
    fill(db, "gone", "x", 0)
    with db.write() as tx:
        first = select(func.min(events.c.position)).scalar_subquery()
        tx.execute(
            events.update().where(events.c.position == first).values(event_type="company.deleted")
        )
    purge_all(db, "gone", None, revoked=True)
    assert rows(db, "gone")[events.name] == 1
