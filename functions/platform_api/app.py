"""The platform API's app, made from what it needs."""

from __future__ import annotations

from fastapi import FastAPI

from functions.platform_api import (
    companies,
    connections,
    documentation,
    exporting,
    integrations,
    remapping,
    settings,
    syncing,
    validating,
)
from functions.platform_api.platform import Platform
from shared_code.access import KeySeal, key_check
from shared_code.connect.addresses import Addresses
from shared_code.connect.settings import PublicSettings, connectors_root
from shared_code.ports.clock import SystemClock
from shared_code.ports.queue import open_queue
from shared_code.ports.settings import QueueSettings, VaultSettings
from shared_code.ports.vault import open_vault
from shared_code.serve import Authenticate, service_app
from shared_code.serve.connectors import Connectors
from shared_code.settings import load_settings
from shared_code.store.database import Database

_KEYED = (
    companies.api,
    connections.api,
    integrations.api,
    syncing.api,
    validating.api,
    settings.api,
    exporting.api,
    remapping.api,
)
_PUBLIC = (integrations.public, documentation.public)


def create_app(platform: Platform, authenticate: Authenticate) -> FastAPI:
    """Make the app."""
    app = service_app("platform_api", _KEYED, authenticate=authenticate, public=_PUBLIC)
    app.state.platform = platform
    return app


def open_app(db: Database) -> FastAPI:
    """Make the app as the settings say; `Abort` says which one is missing or invalid."""
    public_url = load_settings(PublicSettings).public_url
    queue = open_queue(load_settings(QueueSettings))
    vault = open_vault(load_settings(VaultSettings))
    platform = Platform(
        db,
        queue,
        SystemClock(),
        KeySeal(vault),
        Addresses(public_url),
        Connectors.at(connectors_root()),
    )
    return create_app(platform, key_check(db))
