"""A connector at work: its declaration with the ports that the settings choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from shared_code.access import key_check
from shared_code.budget.ledger import Budgets, with_shares
from shared_code.connect.addresses import Addresses
from shared_code.connect.auth.clients import Way, auth_client
from shared_code.connect.auth.declared import Granted, TokenEndpoint
from shared_code.connect.link import LinkFlow, TenantsOf
from shared_code.connect.linking import Linking
from shared_code.connect.migrating import Migration
from shared_code.connect.status import AccessLoss
from shared_code.connect.tenant import Tenant
from shared_code.connector.authorization_function import AuthorizationHandler
from shared_code.connector.declaration import Connector
from shared_code.connector.document_functions import DocumentHandler
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
from shared_code.opening import Ports
from shared_code.ports.vault import Vault
from shared_code.remap.job import driver_of
from shared_code.sync.commands import Commands
from shared_code.sync.driving import Driver
from shared_code.sync.pipeline import Habits, Pipeline, ProviderFor


@dataclass(frozen=True, slots=True)
class ConnectorPorts(Ports):
    """What a connector may touch."""

    vault: Vault
    door: Callable[..., Door] = Door
    """Makes the ways to its hosts, whose names may lead elsewhere under test."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A connector's parts, put together."""

    custodian: Custodian
    link: LinkFlow
    pipeline: Pipeline
    commands: Commands
    documents: DocumentHandler
    authorization: AuthorizationHandler
    doors: tuple[Door, ...]

    @property
    def driver(self) -> Driver:
        """What drives the connector's runs."""
        return driver_of(self.pipeline)

    def close(self) -> None:
        """Close the connections to the provider; an app keeps them for as long as it lives."""
        for door in self.doors:
            door.close()

    def upkeep(self) -> None:
        """Keep idle grants alive, and give back what nobody finished linking."""
        self.custodian.keep_alive()
        self.link.sweep()


def assemble(
    connector: Connector, ports: ConnectorPorts, addresses: Addresses, habits: Habits
) -> Parts:
    """Put a connector together; nothing is called before it is asked for something."""
    sealer = Sealer(ports.vault, connector.platform)
    budgets = _budgets(connector, ports, habits)
    way, tenants_way = (
        ports.door(connector.hosts, bounds=Bounds(TOKEN_CALL_SECONDS), budget=budgets.of_app(kind))
        for kind in ("token", "tenant")
    )
    client = auth_client(connector.auth, way=way, vault=ports.vault, clock=ports.clock)
    tenants_of, disconnect = tenant_steps(connector, tenants_way)
    rules, loss = connector.auth.rules, AccessLoss(addresses)
    custodian = Custodian(
        claims=Claims(ports.db, ports.clock, sealer, rules),
        queue=ports.queue,
        issuer=client,
        withdrawal=Withdrawal(ports.db, connector.platform, client, rules, disconnect),
        lose_access=loss.deauthorise_and_end,
    )
    linking = Linking(sealer, connector.source.integration, addresses)
    migration = Migration(ports.db, ports.queue, ports.clock, linking, client, tenants_of)
    providers = _Providers(connector, ports, custodian, budgets)
    sync_way = ports.door(connector.hosts)
    documents_way = ports.door(connector.hosts, bounds=Bounds(PROVIDER_SECONDS, MAX_BYTES))
    return Parts(
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
        pipeline=_pipeline(providers, sync_way, loss, habits),
        commands=Commands(ports.db, ports.clock, revoke=custodian.revoke, lease=habits.lease),
        documents=_documents(providers, documents_way),
        authorization=AuthorizationHandler(key_check(ports.db), migration),
        doors=(way, tenants_way, sync_way, documents_way),
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


def _budgets(connector: Connector, ports: ConnectorPorts, habits: Habits) -> Budgets:
    app = connector.auth.client_id if isinstance(connector.auth, TokenEndpoint) else ""
    limits = with_shares(connector.source.limits, habits.patience.first_sync_share)
    return Budgets(ports.db, ports.clock, connector.source.integration, app, limits)


@dataclass(frozen=True, slots=True)
class _Providers:
    """What ways to the provider are made of."""

    connector: Connector
    ports: ConnectorPorts
    custodian: Custodian
    budgets: Budgets

    def through(self, door: Door, *, patient: bool) -> ProviderFor:
        """Make the ways through a door; who is not patient does not stand in line for a limit."""
        source, auth = self.connector.source, self.connector.auth
        secret = {each.name for each in auth.asks if each.secret}

        def provider_for(connection: Row[Any]) -> Provider:
            owner = (connection.company_id, connection.id)
            known = {} if door.is_one_for_all else self.custodian.facts(*owner)
            facts = {name: value for name, value in known.items() if name not in secret}
            return Provider(
                http=door.to(facts),
                tokens=ConnectionTokens(self.custodian, *owner),
                clock=self.ports.clock,
                headers=source.tenant_headers(connection.tenant_id),
                fault=source.fault,
                shown=auth.shown,
                facts=facts,
                budget=self.budgets.of_connection(
                    connection.id, connection.tenant_id, patient=patient
                ),
            )

        return provider_for


def _pipeline(providers: _Providers, door: Door, loss: AccessLoss, habits: Habits) -> Pipeline:
    connector, ports = providers.connector, providers.ports
    return Pipeline(
        db=ports.db,
        blobs=ports.blobs,
        queue=ports.queue,
        clock=ports.clock,
        source=connector.source,
        provider_for=providers.through(door, patient=True),
        deauthorise=loss.deauthorise,
        habits=habits,
        make_source=connector.make_source,
    )


def _documents(providers: _Providers, door: Door) -> DocumentHandler:
    ports = providers.ports
    reader = DocumentReader(
        db=ports.db,
        queue=ports.queue,
        clock=ports.clock,
        connector=providers.connector,
        custodian=providers.custodian,
        provider_for=providers.through(door, patient=False),
    )
    return DocumentHandler(key_check(ports.db), reader)
