"""Purge all rows of a deleted company or connection, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    select,
    tuple_,
)

from shared_code.store.records.versions import COMMIT_ROWS
from shared_code.store.schema import (
    METADATA,
    RECORD_TABLES,
    commands,
    companies,
    connections,
    datasets,
    events,
    grants,
    purges,
)
from shared_code.store.schema.base import owner_key

# `purges` says that there is something to purge: whoever asked for it ends it.
_KEPT = frozenset({purges})
# What revoking the grant at its provider needs, and what says whose it was.
_LAST = (grants, commands, connections, companies)
_RECORDS = frozenset(RECORD_TABLES.values())


def purge(
    tx: Connection,
    company_id: str,
    connection_id: str | None = None,
    *,
    revoked: bool,
    limit: int = COMMIT_ROWS,
) -> int:
    """Delete at most `limit` rows of a connection, or of a whole company; gives how many.

    Call again in a new transaction until it gives 0, and once more when no run can be writing any
    longer. Until the grant is `revoked`, it stays, with its commands, its connection and company.
    Events that tell of the deletion stay: nothing delivers events yet.
    """
    left = limit
    for table in _tables(revoked=revoked):
        condition = _owned(table, company_id, connection_id)
        if left and condition is not None:
            left -= _delete_some(tx, table, condition, left)
    return limit - left


def _tables(*, revoked: bool) -> Iterator[Table]:
    # Before the data sets, which say whose they are.
    yield from RECORD_TABLES.values()
    rest = {*_RECORDS, *_LAST, *_KEPT}
    yield from (each for each in METADATA.sorted_tables if each not in rest)
    if revoked:
        yield from _LAST


def _owned(table: Table, company_id: str, connection_id: str | None) -> ColumnElement[bool] | None:
    """The rows of `table` to purge; None where it holds nothing of a company or connection."""
    if table in _RECORDS:
        return table.c.owner.in_(_owners(company_id, connection_id))
    company, connection = _owner_columns(table)
    if company is None or (connection_id is not None and connection is None):
        return None
    mine = company == company_id
    if connection is not None and connection_id is not None:
        mine = and_(mine, connection == connection_id)
    return and_(mine, events.c.event_type.not_like("%.deleted")) if table is events else mine


def _owners(company_id: str, connection_id: str | None) -> Select[Any] | list[int]:
    if connection_id is not None:
        return [owner_key(company_id, connection_id)]
    return select(datasets.c.records_owner).where(datasets.c.company_id == company_id)


def _owner_columns(
    table: Table,
) -> tuple[ColumnElement[str] | None, ColumnElement[str] | None]:
    if table is companies:
        return companies.c.id, None
    if table is connections:
        return connections.c.company_id, connections.c.id
    return table.c.get("company_id"), table.c.get("connection_id")


def _delete_some(tx: Connection, table: Table, condition: ColumnElement[bool], limit: int) -> int:
    key = tuple(table.primary_key)
    some = select(*key).where(condition).limit(limit)
    return tx.execute(delete(table).where(tuple_(*key).in_(some))).rowcount
