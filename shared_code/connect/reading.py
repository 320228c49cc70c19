"""Rows of companies and connections, found for their own client and shown as clients see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, bindparam, select

from shared_code.catalogue import by_platform
from shared_code.connect import shapes
from shared_code.connect.addresses import Addresses
from shared_code.errors import NotFound
from shared_code.store.schema import companies, connection_errors, connections

OF_CLIENT = and_(
    companies.c.id == bindparam("company", type_=Text),
    companies.c.client_id == bindparam("client", type_=Text),
    companies.c.deleted_at.is_(None),
)
"""The company with the id `company`, in lower case, if it is the client's."""

# Made once: every request begins with it.
_COMPANY = select(companies).where(OF_CLIENT)


def find_company(
    tx: Connection, client_id: str, company_id: str, *, lock: bool = False
) -> Row[Any]:
    """Find a client's company; another client's is as unknown as one that never was."""
    query = _COMPANY.with_for_update() if lock else _COMPANY
    asked = {"company": company_id.lower(), "client": client_id}
    found = tx.execute(query, asked).one_or_none()
    if found is None:
        raise no_company(company_id)
    return found


def no_company(company_id: str) -> NotFound:
    """Say that the client has no such company."""
    return NotFound(f"No company was found with ID {company_id}")


def find_connection(
    tx: Connection, company: Row[Any], connection_id: str, *, lock: bool = False
) -> Row[Any]:
    """Find a connection of a company that was found before."""
    query = select(connections).where(
        connections.c.company_id == company.id,
        connections.c.id == connection_id.lower(),
        connections.c.deleted_at.is_(None),
    )
    found = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise no_connection(connection_id)
    return found


def no_connection(connection_id: str) -> NotFound:
    """Say that the company has no such connection."""
    return NotFound(f"Data connection {connection_id} not found")


def connections_of(
    tx: Connection, company_ids: Sequence[str], *, lock: bool = False
) -> Sequence[Row[Any]]:
    """Read all connections of some companies, oldest first."""
    query = (
        select(connections)
        .where(connections.c.company_id.in_(company_ids), connections.c.deleted_at.is_(None))
        .order_by(connections.c.created_at, connections.c.id)
    )
    return tx.execute(query.with_for_update() if lock else query).all()


def show_companies(
    tx: Connection, rows: Sequence[Row[Any]], addresses: Addresses
) -> list[shapes.Company]:
    """Show companies with their connections, in the order of the rows."""
    held = defaultdict[str, list[shapes.Connection]](list)
    found = connections_of(tx, [row.id for row in rows])
    for row, shown in zip(found, show_connections(tx, found, addresses), strict=True):
        held[row.company_id].append(shown)
    return [show_company(row, held[row.id], addresses) for row in rows]


def show_company(
    row: Row[Any], held: Sequence[shapes.Connection], addresses: Addresses
) -> shapes.Company:
    """Show a company with the connections it has."""
    synced = [each.last_sync for each in held if each.last_sync is not None]
    return shapes.Company(
        id=row.id,
        name=row.name,
        redirect=addresses.company_link(row.id),
        description=row.description,
        last_sync=max(synced, default=None),
        created=row.created_at,
        created_by_user_name=row.created_by,
        tags=row.tags,
        data_connections=list(held),
    )


def show_connections(
    tx: Connection, rows: Sequence[Row[Any]], addresses: Addresses
) -> list[shapes.Connection]:
    """Show connections with what went wrong on them, in the order of the rows."""
    errors = _errors(tx, rows)
    return [_show_connection(row, errors[row.id], addresses) for row in rows]


def _show_connection(
    row: Row[Any], errors: list[shapes.DataConnectionError], addresses: Addresses
) -> shapes.Connection:
    integration = by_platform(row.platform)
    return shapes.Connection(
        id=row.id,
        integration_id=integration.integration_id,
        integration_key=integration.key,
        source_id=integration.source_id,
        source_type=shapes.SourceType(integration.source_type),
        platform_name=integration.name,
        link_url=addresses.connection_link(row.platform, row.company_id, row.id),
        status=row.status,
        last_sync=row.last_sync_at,
        created=row.created_at,
        data_connection_errors=errors,
    )


def _errors(
    tx: Connection, rows: Sequence[Row[Any]]
) -> defaultdict[str, list[shapes.DataConnectionError]]:
    found = tx.execute(
        select(connection_errors)
        .where(connection_errors.c.company_id.in_({row.company_id for row in rows}))
        .order_by(connection_errors.c.happened_at, connection_errors.c.id)
    )
    errors = defaultdict[str, list[shapes.DataConnectionError]](list)
    for each in found:
        shown = shapes.DataConnectionError(
            status_code=each.status_code,
            status_text=each.status_text,
            error_message=each.message,
            errored_on_utc=each.happened_at,
            status="Resolved" if each.resolved_at else "Active",
            resolved_on_utc=each.resolved_at,
        )
        errors[each.connection_id].append(shown)
    return errors
