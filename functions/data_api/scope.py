"""Whose data is asked for: the caller's company, and the connection that it is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Query
from sqlalchemy import Connection, Row, Select, Text, bindparam, select

from shared_code.access import Principal
from shared_code.catalogue import CATALOGUE
from shared_code.connect import reading
from shared_code.errors import Reject
from shared_code.query import read_moment
from shared_code.serve import Caller, CompanyId, ConnectionId
from shared_code.store.schema import connections

_ONCE_LINKED = ("Linked", "Unlinked", "Deauthorized")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a request looks: in a company or in one of its connections, now or as of a moment."""

    caller: Principal
    company_id: str
    connection_id: str | None = None
    as_of: datetime | None = None
    source_type: str = "Accounting"


# These are async because they wait for nothing: a hop to a thread costs more than all of them.


async def _moment(
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


async def company_data(caller: Caller, company_id: CompanyId, as_of: AsOf) -> Scope:
    """Look in a company, at its records of some time."""
    return Scope(caller, company_id, as_of=as_of)


async def bank_data(caller: Caller, company_id: CompanyId, as_of: AsOf) -> Scope:
    """Look in a company, at what its bank has of some time."""
    return Scope(caller, company_id, as_of=as_of, source_type="Banking")


async def connection_data(
    caller: Caller, company_id: CompanyId, connection_id: ConnectionId, as_of: AsOf
) -> Scope:
    """Look in a connection, at its records of some time."""
    return Scope(caller, company_id, connection_id, as_of)


async def company_scope(caller: Caller, company_id: CompanyId) -> Scope:
    """Look in a company."""
    return Scope(caller, company_id)


async def connection_scope(
    caller: Caller, company_id: CompanyId, connection_id: ConnectionId
) -> Scope:
    """Look in a connection."""
    return Scope(caller, company_id, connection_id)


def find_company(tx: Connection, scope: Scope) -> Row[Any]:
    """The caller's company; `NotFound` for another client's, and for one that is deleted."""
    return reading.find_company(tx, scope.caller.client_id, scope.company_id)


def find_connection(tx: Connection, scope: Scope) -> Row[Any] | None:
    """The connection to read: the one that is asked for, else the company's of the scope's type.

    `NotFound` if what is asked for does not exist; None for a company that never linked one. A
    company may have several banks: `Reject` says that one of them has to be chosen.
    """
    company = find_company(tx, scope)
    if scope.connection_id is not None:
        return reading.find_connection(tx, company, scope.connection_id)
    found = _once_linked(tx, company.id, scope.source_type)
    if scope.source_type != "Accounting" and len(found) > 1:
        raise Reject(
            f"The company has {len(found)} {scope.source_type.lower()} connections: read the data "
            "of one, under /companies/{companyId}/connections/{connectionId}/data."
        )
    return found[0] if found else None


def _once_linked(tx: Connection, company_id: str, source_type: str) -> Sequence[Row[Any]]:
    """The linked one first, of which accounting has one at most, then what was linked last."""
    platforms = tuple(each.platform for each in CATALOGUE if each.source_type == source_type)
    return tx.execute(_linked_to(platforms), {"company": company_id}).all()


@cache
def _linked_to(platforms: tuple[str, ...]) -> Select[Any]:
    linked = (connections.c.status == "Linked").desc()
    return (
        select(connections)
        .where(
            connections.c.company_id == bindparam("company", type_=Text),
            connections.c.platform.in_(platforms),
            connections.c.status.in_(_ONCE_LINKED),
            connections.c.deleted_at.is_(None),
        )
        .order_by(linked, connections.c.linked_at.desc().nulls_last())
    )
