"""Whose data is asked for: the caller's company, and the connection that it is read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, TypeAlias

from fastapi import Query
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    false,
    or_,
    select,
)

from shared_code.access import Principal
from shared_code.catalogue import CATALOGUE
from shared_code.connect import reading
from shared_code.errors import Reject
from shared_code.query import read_moment
from shared_code.serve import Caller, CompanyId, ConnectionId
from shared_code.store.records import with_latest
from shared_code.store.schema import companies, connections

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


AsOf: TypeAlias = Annotated[
    str | None,
    Query(
        alias="asOf",
        description="Read what was published at this moment, such as 2026-03-31T17:00:00Z, "
        "as far back as versions are kept.",
    ),
]


async def company_data(caller: Caller, company_id: CompanyId, as_of: AsOf = None) -> Scope:
    """Look in a company, at its records of some time."""
    return Scope(caller, company_id, as_of=_moment(as_of))


async def bank_data(caller: Caller, company_id: CompanyId, as_of: AsOf = None) -> Scope:
    """Look in a company, at what its bank has of some time."""
    return Scope(caller, company_id, as_of=_moment(as_of), source_type="Banking")


async def connection_data(
    caller: Caller, company_id: CompanyId, connection_id: ConnectionId, as_of: AsOf = None
) -> Scope:
    """Look in a connection, at its records of some time."""
    return Scope(caller, company_id, connection_id, _moment(as_of))


def _moment(as_of: str | None) -> datetime | None:
    return None if as_of is None else read_moment(as_of, "asOf")


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


def find_connection(tx: Connection, scope: Scope, data_type: str | None = None) -> Row[Any] | None:
    """The connection to read: the one that is asked for, else the company's of the scope's type.

    With a data type its row says, too, what is published of that: see `with_latest`.
    `NotFound` if what is asked for does not exist; None for a company that never linked one. A
    company may have several banks: `Reject` says that one of them has to be chosen.
    """
    found = tx.execute(*_question(scope, data_type)).all()
    if not found:
        raise reading.no_company(scope.company_id)
    first = found[0] if found[0].id is not None else None
    if first is None and scope.connection_id is not None:
        raise reading.no_connection(scope.connection_id)
    if scope.source_type != "Accounting" and len(found) > 1:
        raise Reject(
            f"The company has {len(found)} {scope.source_type.lower()} connections: read the data "
            "of one, under /companies/{companyId}/connections/{connectionId}/data."
        )
    return first


def _question(scope: Scope, data_type: str | None) -> tuple[Select[Any], Mapping[str, object]]:
    values = {"company": scope.company_id.lower(), "client": scope.caller.client_id}
    if scope.connection_id is not None:
        return _one_connection(data_type), {**values, "connection": scope.connection_id.lower()}
    platforms = (each.platform for each in CATALOGUE if each.source_type == scope.source_type)
    return _once_linked(tuple(platforms), data_type), values


@cache
def _one_connection(data_type: str | None) -> Select[Any]:
    return _company_with(connections.c.id == bindparam("connection", type_=Text), data_type)


@cache
def _once_linked(platforms: tuple[str, ...], data_type: str | None) -> Select[Any]:
    """The linked one first, of which accounting has one at most, then what was linked last."""
    # No IN: its list is written anew for each request.
    of_type = or_(false(), *(connections.c.platform == each for each in platforms))
    once = or_(*(connections.c.status == each for each in _ONCE_LINKED))
    linked = (connections.c.status == "Linked").desc()
    ordered = (linked, connections.c.linked_at.desc().nulls_last())
    return _company_with(of_type & once, data_type).order_by(*ordered)


def _company_with(meant: ColumnElement[bool], data_type: str | None) -> Select[Any]:
    """The caller's company with each connection that is meant, or once without any."""
    columns = connections.c
    held = and_(columns.company_id == companies.c.id, columns.deleted_at.is_(None), meant)
    found = select(columns.company_id, columns.id, columns.platform)
    found = found.select_from(companies.outerjoin(connections, held)).where(reading.OF_CLIENT)
    return with_latest(found, data_type) if data_type else found
