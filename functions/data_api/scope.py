"""Whose data is asked for: the caller's company, and the connection that it is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Query
from sqlalchemy import Connection, Row, select

from shared_code.access import Principal
from shared_code.catalogue import CATALOGUE
from shared_code.connect import reading
from shared_code.query import read_moment
from shared_code.serve import Caller, CompanyId, ConnectionId
from shared_code.store.schema import connections

_ACCOUNTING = [each.platform for each in CATALOGUE if each.source_type == "Accounting"]
_ONCE_LINKED = ("Linked", "Unlinked", "Deauthorized")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a request looks: in a company or in one of its connections, now or as of a moment."""

    caller: Principal
    company_id: str
    connection_id: str | None = None
    as_of: datetime | None = None


def _moment(
    as_of: Annotated[
        str | None,
        Query(
            alias="asOf",
            description="Read what was published at this moment, such as 2026-03-31T17:00:00Z, "
            "as far back as versions are kept.",
        ),
    ] = None,
) -> datetime | None:
    return None if as_of is None else read_moment(as_of, "asOf")


AsOf: TypeAlias = Annotated[datetime | None, Depends(_moment)]


def company_data(caller: Caller, company_id: CompanyId, as_of: AsOf) -> Scope:
    """Look in a company, at its records of some time."""
    return Scope(caller, company_id, as_of=as_of)


def connection_data(
    caller: Caller, company_id: CompanyId, connection_id: ConnectionId, as_of: AsOf
) -> Scope:
    """Look in a connection, at its records of some time."""
    return Scope(caller, company_id, connection_id, as_of)


def company_scope(caller: Caller, company_id: CompanyId) -> Scope:
    """Look in a company."""
    return Scope(caller, company_id)


def find_company(tx: Connection, scope: Scope) -> Row[Any]:
    """The caller's company; `NotFound` for another client's, and for one that is deleted."""
    return reading.find_company(tx, scope.caller.client_id, scope.company_id)


def find_connection(tx: Connection, scope: Scope) -> Row[Any] | None:
    """The connection to read: the one that is asked for, else the company's accounting one.

    `NotFound` if what is asked for does not exist; None for a company that never linked its books.
    """
    company = find_company(tx, scope)
    if scope.connection_id is None:
        return _accounting_connection(tx, company.id)
    return reading.find_connection(tx, company, scope.connection_id)


def _accounting_connection(tx: Connection, company_id: str) -> Row[Any] | None:
    """The linked one, of which there is one at most, else the last one that was linked."""
    return tx.execute(
        select(connections)
        .where(
            connections.c.company_id == company_id,
            connections.c.platform.in_(_ACCOUNTING),
            connections.c.status.in_(_ONCE_LINKED),
            connections.c.deleted_at.is_(None),
        )
        .order_by(
            (connections.c.status == "Linked").desc(), connections.c.linked_at.desc().nulls_last()
        )
        .limit(1)
    ).one_or_none()
