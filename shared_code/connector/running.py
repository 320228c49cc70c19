"""A connector at work: its declaration with the ports that the settings choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import Row

from shared_code.access import key_check
from shared_code.connect.addresses import Addresses
from shared_code.connect.link import LinkFlow
from shared_code.connect.oauth import OAuthClient
from shared_code.connect.status import AccessLoss
from shared_code.connector.declaration import Connector
from shared_code.connector.document_functions import Desk
from shared_code.connector.documents import DocumentReader
from shared_code.custody.custodian import ConnectionTokens, Custodian
from shared_code.custody.refreshing import TOKEN_CALL_SECONDS, Claims
from shared_code.custody.sealing import Sealer
from shared_code.custody.withdrawing import Withdrawal
from shared_code.documents import MAX_BYTES, PROVIDER_SECONDS
from shared_code.fetch.egress import provider_client
from shared_code.fetch.provider import Provider
from shared_code.ports.blobs import Blobs
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.ports.settings import MissingSetting
from shared_code.ports.vault import Vault
from shared_code.store.database import Database
from shared_code.sync.commands import Commands
from shared_code.sync.pipeline import Patience, Pipeline


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

    def upkeep(self) -> None:
        """Keep idle grants alive, and give back what nobody finished linking."""
        self.custodian.keep_alive()
        self.link.sweep()


def run_connector(
    connector: Connector, ports: Ports, addresses: Addresses, patience: Patience
) -> Running:
    """Put a connector together; nothing is called before it is asked for something.

    Raises `MissingSetting` for a connector that nobody has registered at its provider.
    """
    if not connector.oauth.client_id:
        setting = f"CAUSEWAY_{connector.platform.upper()}_CLIENT_ID"
        raise MissingSetting(f"The connector {connector.platform}", setting)
    sealer = Sealer(ports.vault, connector.platform)
    sign_in = provider_client(connector.hosts, timeout=TOKEN_CALL_SECONDS)
    client = OAuthClient(connector.oauth, http=sign_in, vault=ports.vault, clock=ports.clock)

    def disconnect(token: SecretStr, tenant_id: str) -> None:
        connector.disconnect(sign_in, token, tenant_id)

    withdrawal = Withdrawal(
        ports.db,
        connector.platform,
        client,
        connector.oauth.rules,
        disconnect,
    )
    loss = AccessLoss(addresses)
    custodian = Custodian(
        claims=Claims(ports.db, ports.clock, sealer, connector.oauth.rules),
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
            oauth=client,
            integration=connector.source.integration,
            public_url=addresses.public_url,
            list_tenants=lambda token: connector.list_tenants(sign_in, token),
            disconnect=disconnect,
        ),
        pipeline=_pipeline(connector, ports, custodian, loss, patience=patience),
        commands=Commands(ports.db, ports.clock, revoke=custodian.revoke),
        desk=_desk(connector, ports, custodian),
    )


def _pipeline(
    connector: Connector,
    ports: Ports,
    custodian: Custodian,
    loss: AccessLoss,
    *,
    patience: Patience,
) -> Pipeline:
    http = provider_client(connector.hosts)
    return Pipeline(
        db=ports.db,
        blobs=ports.blobs,
        queue=ports.queue,
        clock=ports.clock,
        source=connector.source,
        provider_for=_provider_maker(connector, ports, custodian, http),
        deauthorise=loss.deauthorise,
        patience=patience,
    )


def _desk(connector: Connector, ports: Ports, custodian: Custodian) -> Desk:
    http = provider_client(connector.hosts, timeout=PROVIDER_SECONDS, max_body=MAX_BYTES)
    reader = DocumentReader(
        db=ports.db,
        queue=ports.queue,
        clock=ports.clock,
        connector=connector,
        custodian=custodian,
        provider_for=_provider_maker(connector, ports, custodian, http),
    )
    return Desk(key_check(ports.db), reader)


def _provider_maker(
    connector: Connector, ports: Ports, custodian: Custodian, http: httpx.Client
) -> Callable[[Row[Any]], Provider]:
    source = connector.source

    def provider_for(connection: Row[Any]) -> Provider:
        tokens = ConnectionTokens(custodian, connection.company_id, connection.id)
        headers = source.tenant_headers(connection.tenant_id)
        return Provider(http, tokens, ports.clock, headers, source.fault)

    return provider_for
