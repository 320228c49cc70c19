"""What becomes of a connection when access is refused, lost, or cannot be linked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from shared_code.connect.addresses import Addresses
from shared_code.connect.events import record_connection_event
from shared_code.notify.work import Work
from shared_code.store.schema import connection_errors, connections, runs
from shared_code.sync.ending import end_run
from shared_code.sync.requests import lock_connection


@dataclass(frozen=True, slots=True)
class Failure:
    """An entry of a connection's errors, in the contract's words."""

    status_code: str
    """A number, as text."""
    status_text: str
    """What the provider called it."""
    message: str


@dataclass(frozen=True, slots=True)
class AccessLoss:
    """Moves connections whose provider does not honour the grant any more to `Deauthorized`."""

    addresses: Addresses

    def deauthorise(self, work: Work, company_id: str, connection_id: str, reason: str) -> None:
        """Move a linked connection; one that is not linked stays as it is.

        Its epoch stays, for its data does: only linking again begins something new.
        """
        connection = lock_connection(work.tx, company_id, connection_id)
        if connection is None or connection.deleted_at or connection.status != "Linked":
            return
        note_failure(work.tx, connection, Failure("401", "Unauthorized", reason), work.now)
        row = change_connection(work.tx, connection, status="Deauthorized")
        record_connection_event(work, row, "connection.disconnected", self.addresses)

    def deauthorise_and_end(
        self, work: Work, company_id: str, connection_id: str, reason: str
    ) -> None:
        """Move a linked connection, and end the runs that will not get a token: `AuthError`."""
        self.deauthorise(work, company_id, connection_id, reason)
        for run in _unfinished(work.tx, company_id, connection_id):
            end_run(work, run, status="AuthError", message=reason)


def note_failure(tx: Connection, connection: Row[Any], failure: Failure, now: datetime) -> None:
    """Append to a connection's errors."""
    tx.execute(
        insert(connection_errors).values(
            company_id=connection.company_id,
            connection_id=connection.id,
            id=str(uuid.uuid4()),
            status_code=failure.status_code,
            status_text=failure.status_text,
            message=failure.message,
            happened_at=now,
        )
    )


def resolve_failures(tx: Connection, connection: Row[Any], now: datetime) -> None:
    """Note that what was wrong with a connection is so no longer."""
    tx.execute(
        update(connection_errors)
        .where(
            connection_errors.c.company_id == connection.company_id,
            connection_errors.c.connection_id == connection.id,
            connection_errors.c.resolved_at.is_(None),
        )
        .values(resolved_at=now)
    )


def change_connection(tx: Connection, connection: Row[Any], **values: object) -> Row[Any]:
    """Change a connection that is locked in this transaction; gives its row as it is then."""
    return tx.execute(
        update(connections)
        .where(connections.c.company_id == connection.company_id, connections.c.id == connection.id)
        .values(**values)
        .returning(connections)
    ).one()


def _unfinished(tx: Connection, company_id: str, connection_id: str) -> list[Row[Any]]:
    """Lock the runs that have not ended."""
    query = select(runs).where(
        runs.c.company_id == company_id,
        runs.c.connection_id == connection_id,
        runs.c.state != "finished",
    )
    return list(tx.execute(query.with_for_update()))
