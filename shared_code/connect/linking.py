"""The one transaction that links a connection: grant, tenant, status, events and first sync."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from shared_code.catalogue import Integration, by_platform
from shared_code.connect.addresses import Addresses
from shared_code.connect.events import record_connection_event
from shared_code.connect.reading import find_company
from shared_code.connect.status import change_connection, resolve_failures
from shared_code.connect.sync_settings import fetched_on_first_link
from shared_code.connect.tenant import Tenant
from shared_code.custody.grants import Tokens, put_grant
from shared_code.custody.sealing import Sealer
from shared_code.errors import Conflict, NotFound
from shared_code.notify.work import Work
from shared_code.store.schema import companies, connections
from shared_code.sync.requests import idle_types, lock_connection, request_sync

ACCOUNTING = "Accounting"


class LinkDenied(Conflict):
    """The provider agreed, but the platform may not link this; the reason is for the user."""


class Subject(NamedTuple):
    """The connection to link, as it was when that began."""

    company_id: str
    connection_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Linking:
    """What a connector's links have in common."""

    sealer: Sealer
    integration: Integration
    addresses: Addresses

    def link(
        self,
        work: Work,
        subject: Subject,
        tenant: Tenant,
        tokens: Tokens,
        *,
        first_sync: bool = True,
    ) -> Row[Any]:
        """Link a connection to `tenant`, as it was found before; gives its row as it is then.

        Raises `NotFound` when it was deleted, `LinkDenied` when it may not have this tenant.
        """
        connection = _lock(work.tx, subject)
        _refuse_other_tenant(connection, tenant)
        if connection.epoch != subject.epoch:
            raise LinkDenied("The connection was changed while you were away.")
        self._refuse_double(work.tx, connection, tenant)
        put_grant(work.tx, self.sealer, connection, tokens, now=work.now)
        resolve_failures(work.tx, connection, work.now)
        again = connection.status in {"Unlinked", "Deauthorized"}
        row = change_connection(
            work.tx,
            connection,
            status="Linked",
            tenant_id=tenant.id,
            tenant_name=tenant.name,
            linked_at=work.now,
            epoch=connection.epoch + again,
        )
        self._tell(work, connection.status, row, first_sync=first_sync)
        return row

    def _tell(self, work: Work, before: str, row: Row[Any], *, first_sync: bool) -> None:
        """Record the event and order the first sync; linking anew what is linked is no event."""
        if before in {"Unlinked", "Deauthorized"}:
            record_connection_event(work, row, "connection.reconnected", self.addresses)
        elif before == "PendingAuth":
            record_connection_event(work, row, "connection.connected", self.addresses)
            if first_sync:
                self._order_first_sync(work, row)

    def _order_first_sync(self, work: Work, row: Row[Any]) -> None:
        company = find_company(work.tx, row.client_id, row.company_id)
        wanted = fetched_on_first_link(work.tx, company, row.platform)
        types = idle_types(work.tx, row, wanted)
        if types:
            request_sync(work, row, types, trigger="first_link")

    def _refuse_double(self, tx: Connection, connection: Row[Any], tenant: Tenant) -> None:
        for other in _linked_beside(tx, connection):
            named = by_platform(other.platform)
            if (other.platform, other.tenant_id) == (connection.platform, tenant.id):
                raise LinkDenied(f"{tenant.name} is already linked to this company.")
            if named.source_type == self.integration.source_type == ACCOUNTING:
                raise LinkDenied(
                    "The company already has an accounting platform linked: "
                    f"{named.name} ({other.tenant_name}). Unlink that one first."
                )


def _lock(tx: Connection, subject: Subject) -> Row[Any]:
    """Lock the company, so that its links come one after the other, and the connection."""
    company = tx.execute(
        select(companies)
        .where(companies.c.id == subject.company_id, companies.c.deleted_at.is_(None))
        .with_for_update()
    ).one_or_none()
    connection = lock_connection(tx, subject.company_id, subject.connection_id)
    if company is None or connection is None or connection.deleted_at:
        raise NotFound("The connection was deleted while you were away.")
    return connection


def _refuse_other_tenant(connection: Row[Any], tenant: Tenant) -> None:
    if connection.tenant_id not in (None, tenant.id):
        raise LinkDenied(
            f"This connection is linked to {connection.tenant_name}, and cannot be moved to "
            f"{tenant.name}."
        )


def _linked_beside(tx: Connection, connection: Row[Any]) -> list[Row[Any]]:
    return list(
        tx.execute(
            select(connections).where(
                connections.c.company_id == connection.company_id,
                connections.c.id != connection.id,
                connections.c.status == "Linked",
                connections.c.deleted_at.is_(None),
            )
        )
    )
