"""Connections: created, unlinked and deleted; linking is the connector's part."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, insert, update

from shared_code.catalogue import Integration
from shared_code.connect.addresses import Addresses
from shared_code.connect.events import record_connection_event
from shared_code.connect.reading import find_connection
from shared_code.errors import Conflict
from shared_code.notify.work import Work
from shared_code.store.schema import connections, purges
from shared_code.sync.cancel import cancel_runs

PURGE_WATCH = timedelta(minutes=15)
"""A run that was writing when its connection was deleted is over by then."""


def create_connection(
    work: Work, company: Row[Any], integration: Integration, addresses: Addresses
) -> Row[Any]:
    """Create a connection that waits to be linked; there may be any number of those."""
    row = work.tx.execute(
        insert(connections)
        .values(
            company_id=company.id,
            id=str(uuid.uuid4()),
            client_id=company.client_id,
            platform=integration.platform,
            status="PendingAuth",
            epoch=0,
            created_at=work.now,
        )
        .returning(connections)
    ).one()
    record_connection_event(work, row, "connection.created", addresses)
    return row


def unlink_connection(
    work: Work, company: Row[Any], connection_id: str, addresses: Addresses
) -> Row[Any]:
    """Take the grant of a linked connection back; its data stays readable."""
    connection = find_connection(work.tx, company, connection_id, lock=True)
    if connection.status != "Linked":
        raise Conflict(
            f"Only Linked connections can be unlinked; {connection_id} is {connection.status}"
        )
    cancel_runs(work, company.id, connection.id, reason="The connection was unlinked")
    _order_revocation(work, connection)
    row = _change(work, connection, {"status": "Unlinked", "epoch": connection.epoch + 1})
    record_connection_event(work, row, "connection.disconnected", addresses)
    return row


def delete_connection(
    work: Work, company: Row[Any], connection_id: str, addresses: Addresses
) -> None:
    """Hide a connection at once; its data is purged."""
    connection = find_connection(work.tx, company, connection_id, lock=True)
    hide_connection(work, connection, addresses)
    note_purge(work, company.id, connection.id)


def hide_connection(work: Work, connection: Row[Any], addresses: Addresses) -> None:
    """Make a connection, its row locked, invisible; stop what runs and have its grant revoked."""
    cancel_runs(work, connection.company_id, connection.id, reason="The connection was deleted")
    if connection.status == "Linked":
        _order_revocation(work, connection)
    row = _change(work, connection, {"deleted_at": work.now, "epoch": connection.epoch + 1})
    record_connection_event(work, row, "connection.deleted", addresses)


def note_purge(work: Work, company_id: str, connection_id: str = "") -> None:
    """Note what has to be purged: one connection, or the whole company."""
    work.tx.execute(
        insert(purges).values(
            company_id=company_id,
            connection_id=connection_id,
            requested_at=work.now,
            next_attempt_at=work.now,
            watch_until=work.now + PURGE_WATCH,
        )
    )


def _order_revocation(work: Work, connection: Row[Any]) -> None:
    work.command(
        connection.platform,
        "revoke",
        company_id=connection.company_id,
        payload={"connection": connection.id},
    )


def _change(work: Work, connection: Row[Any], values: Mapping[str, Any]) -> Row[Any]:
    return work.tx.execute(
        update(connections)
        .where(connections.c.company_id == connection.company_id, connections.c.id == connection.id)
        .values(**values)
        .returning(connections)
    ).one()
