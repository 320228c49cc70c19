"""A connector at work: its declaration with the ports that the settings choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from shared_code.access import key_check
from shared_code.connect.addresses import Addresses
from shared_code.connect.auth.clients import Way, auth_client
from shared_code.connect.auth.declared import Granted, TokenEndpoint
from shared_code.connect.link import LinkFlow, TenantsOf
from shared_code.connect.linking import Linking
from shared_code.connect.migrating import Migration
from shared_code.connect.status import AccessLoss
from shared_code.connect.tenant import Tenant
from shared_code.connector.authorization_function import Counter
from shared_code.connector.declaration import Connector
from shared_code.connector.document_functions import Desk
from shared_code.connector.documents import DocumentReader
from shared_code.custody.custodian import ConnectionTokens, Custodian
from shared_code.custody.grants import Tokens
from shared_code.custody.refreshing import TOKEN_CALL_SECONDS, Claims
from shared_code.custody.sealing import Sealer
from shared_code.custody.withdrawing import Disconnect, Withdrawal
from shared_code.documents import MAX_BYTES, PROVIDER_SECONDS
from shared_code.fetch.door import Door
from shared_code.fetch.egress import Bounds
from shared_code.fetch.provider import Provider
from shared_code.ports.blobs import Blobs
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.ports.settings import MissingSetting
from shared_code.ports.vault import Vault
from shared_code.store.database import Database
from shared_code.sync.commands import Commands
from shared_code.sync.pipeline import Habits, Pipeline


@dataclass(frozen=True, slots=True)
class Ports:
    """What a connector may touch."""

    db: Database
    blobs: Blobs
    queue: Queue
    vault: Vault
    clock: Clock


@dataclass(frozen=True, slots=True)
class Running:
    """A connector's parts, put together."""

    custodian: Custodian
    link: LinkFlow
    pipeline: Pipeline
    commands: Commands
    desk: Desk
    counter: Counter

    def upkeep(self) -> None:
        """Keep idle grants alive, and give back what nobody finished linking."""
        self.custodian.keep_alive()
        self.link.sweep()


def run_connector(
    connector: Connector, ports: Ports, addresses: Addresses, habits: Habits
) -> Running:
    """Put a connector together; nothing is called before it is asked for something.

    Raises `MissingSetting` for a connector that nobody has registered at its provider.
    """
    if isinstance(connector.auth, TokenEndpoint) and not connector.auth.client_id:
        setting = f"CAUSEWAY_{connector.platform.upper()}_CLIENT_ID"
        raise MissingSetting(f"The connector {connector.platform}", setting)
    sealer = Sealer(ports.vault, connector.platform)
    door = Door(connector.hosts, bounds=Bounds(TOKEN_CALL_SECONDS))
    client = auth_client(connector.auth, way=door, vault=ports.vault, clock=ports.clock)
    tenants_of, disconnect = tenant_steps(connector, door)
    withdrawal = Withdrawal(
        ports.db,
        connector.platform,
        client,
        connector.auth.rules,
        disconnect,
    )
    loss = AccessLoss(addresses)
    custodian = Custodian(
        claims=Claims(ports.db, ports.clock, sealer, connector.auth.rules),
        queue=ports.queue,
        issuer=client,
        withdrawal=withdrawal,
        lose_access=loss.deauthorise_and_end,
    )
    return Running(
        custodian=custodian,
        link=LinkFlow(
            db=ports.db,
            queue=ports.queue,
            clock=ports.clock,
            sealer=sealer,
            auth=client,
            integration=connector.source.integration,
            public_url=addresses.public_url,
            list_tenants=tenants_of,
            disconnect=disconnect,
        ),
        pipeline=_pipeline(connector, ports, custodian, loss, habits=habits),
        commands=Commands(ports.db, ports.clock, revoke=custodian.revoke),
        desk=_desk(connector, ports, custodian),
        counter=Counter(
            key_check(ports.db),
            Migration(
                ports.db,
                ports.queue,
                ports.clock,
                Linking(sealer, connector.source.integration, addresses),
                client,
                tenants_of,
            ),
        ),
    )


def tenant_steps(connector: Connector, way: Way) -> tuple[TenantsOf, Disconnect | None]:
    """Make what lists the tenants of a grant, and what disconnects one, if anything does."""

    def granted(tokens: Tokens, **more: str) -> Granted:
        facts = {**tokens.facts, **more}
        return Granted(way.to(facts), tokens.access, facts, connector.auth.shown.of(tokens.access))

    def tenants_of(tokens: Tokens, connection_id: str) -> Sequence[Tenant]:
        return connector.tenants(granted(tokens, connection=connection_id))

    def disconnect(tokens: Tokens, tenant_id: str) -> None:
        if connector.disconnect:
            connector.disconnect(granted(tokens), tenant_id)

    return tenants_of, disconnect if connector.disconnect else None


def _pipeline(
    connector: Connector,
    ports: Ports,
    custodian: Custodian,
    loss: AccessLoss,
    *,
    habits: Habits,
) -> Pipeline:
    return Pipeline(
        db=ports.db,
        blobs=ports.blobs,
        queue=ports.queue,
        clock=ports.clock,
        source=connector.source,
        provider_for=_provider_maker(connector, ports, custodian, Door(connector.hosts)),
        deauthorise=loss.deauthorise,
        habits=habits,
    )


def _desk(connector: Connector, ports: Ports, custodian: Custodian) -> Desk:
    door = Door(connector.hosts, bounds=Bounds(PROVIDER_SECONDS, MAX_BYTES))
    reader = DocumentReader(
        db=ports.db,
        queue=ports.queue,
        clock=ports.clock,
        connector=connector,
        custodian=custodian,
        provider_for=_provider_maker(connector, ports, custodian, door),
    )
    return Desk(key_check(ports.db), reader)


def _provider_maker(
    connector: Connector, ports: Ports, custodian: Custodian, door: Door
) -> Callable[[Row[Any]], Provider]:
    source, auth = connector.source, connector.auth
    secret = {each.name for each in auth.asks if each.secret}

    def provider_for(connection: Row[Any]) -> Provider:
        owner = (connection.company_id, connection.id)
        known = {} if door.is_one_for_all else custodian.facts(*owner)
        facts = {name: value for name, value in known.items() if name not in secret}
        tokens = ConnectionTokens(custodian, *owner)
        headers = source.tenant_headers(connection.tenant_id)
        return Provider(
            door.to(facts), tokens, ports.clock, headers, source.fault, auth.shown, facts
        )

    return provider_for
