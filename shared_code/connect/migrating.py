"""Link a connection by a grant that its company gave elsewhere, which the client hands in.

No browser takes part: the client vouches for the company, by its API key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from shared_code.access import Principal
from shared_code.connect import shapes
from shared_code.connect.auth.adopting import TENANT, adopt
from shared_code.connect.auth.clients import AuthClient
from shared_code.connect.linking import Linking, Subject
from shared_code.connect.reading import find_company, find_connection, show_connections
from shared_code.connect.tenant import Tenant
from shared_code.custody.grants import Tokens
from shared_code.errors import Abort, Conflict, NotFound, Reauthorise, Reject
from shared_code.notify.work import begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database


@dataclass(frozen=True, slots=True)
class Migration:
    """Takes over grants of one connector."""

    db: Database
    queue: Queue
    clock: Clock
    linking: Linking
    auth: AuthClient
    list_tenants: Callable[[Tokens, str], Sequence[Tenant]]

    def migrate(
        self, caller: Principal, company_id: str, connection_id: str, given: Mapping[str, str]
    ) -> shapes.Connection:
        """Link the connection, and fetch nothing yet; gives it as clients see it.

        Raises `NotFound`, `Reject` for what was handed in, `Conflict` where it may not be linked,
        and `Retry` while the provider is in trouble.
        """
        connection = self._find(caller, company_id, connection_id)
        with _translated():
            tokens = adopt(self.auth, given)
            tenants = self.list_tenants(tokens, connection.id)
        tenant = _chosen(tenants, given.get(TENANT) or connection.tenant_id)
        subject = Subject(connection.company_id, connection.id, connection.epoch)
        with begin_work(self.db, self.queue, self.clock) as work:
            row = self.linking.link(work, subject, tenant, tokens, first_sync=False)
            return show_connections(work.tx, [row], self.linking.addresses)[0]

    def _find(self, caller: Principal, company_id: str, connection_id: str) -> Row[Any]:
        with self.db.read() as tx:
            company = find_company(tx, caller.client_id, company_id)
            connection = find_connection(tx, company, connection_id)
        if connection.platform != self.linking.integration.platform:
            raise NotFound(f"Data connection {connection_id} not found")
        return connection


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the provider's answer means for a sync into what it means for the client."""
    try:
        yield
    except Reauthorise as refusal:
        raise Reject(
            "authorization: the provider does not accept what was given", refusal.internal
        ) from None
    except Abort as refusal:
        raise Conflict(f"{refusal.public}.", refusal.internal) from None


def _chosen(tenants: Sequence[Tenant], wanted: str | None) -> Tenant:
    if wanted is None and len(tenants) == 1:
        return tenants[0]
    for tenant in tenants:
        if tenant.id == wanted:
            return tenant
    if not tenants:
        raise Reject("authorization: what was given reaches no organisation")
    offered = ", ".join(f"{each.id} ({each.name})" for each in tenants[:20])
    raise Reject(f"authorization: {TENANT} must be one of those that are reached: {offered}")
