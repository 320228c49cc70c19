"""Endpoints: connections."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import Row
from starlette.requests import Request
from starlette.responses import Response

from functions.platform_api.bodies import Given, NewConnection, UpdateConnectionStatus
from functions.platform_api.listing import listing
from functions.platform_api.platform import ThePlatform
from shared_code.catalogue import by_key
from shared_code.connect import connections
from shared_code.connect.reading import (
    connections_of,
    find_company,
    find_connection,
    show_connections,
)
from shared_code.connect.searching import CONNECTIONS
from shared_code.connect.shapes import Connection
from shared_code.serve import Caller, CompanyId, ConnectionId, PageOf, Paging, router

api = router(tags=["Connections"])

_ALL = "/companies/{companyId}/connections"
_ONE = f"{_ALL}/{{connectionId}}"


def _one(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, connection_id: ConnectionId
) -> Row[Any]:
    with platform.db.read() as tx:
        return find_connection(tx, find_company(tx, caller.client_id, company_id), connection_id)


@api.get(_ALL, operation_id="list-connections")
def list_all(
    caller: Caller, platform: ThePlatform, paging: Paging, company_id: CompanyId
) -> PageOf[Connection]:
    """List a company's connections."""
    with platform.db.read() as tx:
        company = find_company(tx, caller.client_id, company_id)
        held = connections_of(tx, [company.id])
        shown = show_connections(tx, held, platform.addresses)
    page, total = listing(paging).apply(shown, CONNECTIONS)
    return PageOf.of(page, total, paging)


@api.post(_ALL, operation_id="create-connection")
def create(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, body: NewConnection
) -> Connection:
    """Create a connection. It is linked when the company grants access at its `linkUrl`."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id, lock=True)
        integration = by_key(body.platform_key)
        row = connections.create_connection(work, company, integration, platform.addresses)
        return show_connections(work.tx, [row], platform.addresses)[0]


@api.get(_ONE, operation_id="get-connection")
def get(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, connection_id: ConnectionId
) -> Connection:
    """Get a connection."""
    with platform.db.read() as tx:
        company = find_company(tx, caller.client_id, company_id)
        row = find_connection(tx, company, connection_id)
        return show_connections(tx, [row], platform.addresses)[0]


@api.patch(_ONE, operation_id="unlink-connection")
def unlink(
    caller: Caller,
    platform: ThePlatform,
    company_id: CompanyId,
    connection_id: ConnectionId,
    body: UpdateConnectionStatus,
) -> Connection:
    """Unlink a connection: access is given back, the data that was read stays."""
    del body
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        row = connections.unlink_connection(work, company, connection_id, platform.addresses)
        return show_connections(work.tx, [row], platform.addresses)[0]


@api.put(
    f"{_ONE}/authorization",
    operation_id="update-connection-authorization",
    response_model=Connection,
)
def authorize(
    platform: ThePlatform, request: Request, which: Annotated[Row[Any], Depends(_one)], body: Given
) -> Response:
    """Link a connection by access that its company granted elsewhere; nothing is fetched yet.

    What to hand in depends on the integration: tokens, keys, and what its addresses need.
    """
    query = {"companyId": which.company_id, "connectionId": which.id}
    linked = platform.connectors.put(
        which.platform, "authorization", json.dumps(body).encode(), query, request
    )
    return Response(linked.content, media_type="application/json")


@api.delete(_ONE, operation_id="delete-connection", response_class=Response)
def delete(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, connection_id: ConnectionId
) -> Response:
    """Delete a connection and the data that was read through it, for good."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        connections.delete_connection(work, company, connection_id, platform.addresses)
    return Response(status_code=200)
