"""The Xero connector: one function app, from consent to published records."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from functions.xero.documents import DOCUMENTS
from functions.xero.limits import limits
from functions.xero.settings import XeroSettings
from functions.xero.spec import JOURNALS_SCOPE, data_source
from functions.xero.tenants import disconnector, tenant_lister
from shared_code.connect.auth.declared import OAuth
from shared_code.connector import Connector, connector_blueprint
from shared_code.custody.grants import GrantRules

RULES = GrantRules(
    # A refresh token works once; the last one is honoured again for half an hour.
    refresh_grace=timedelta(minutes=30),
    idle_limit=timedelta(days=60),
    # Revoking a token would cut every organisation that its user ever gave us.
    revocation_reach="user",
)


def connector(settings: XeroSettings) -> Connector:
    """Declare the connector for the place that the settings name."""
    return Connector(
        source=replace(data_source(settings.api_url, settings.page_size), limits=limits(settings)),
        auth=OAuth(
            authorize_url=f"{settings.login_url}/identity/connect/authorize",
            token_url=f"{settings.identity_url}/connect/token",
            revocation_url=f"{settings.identity_url}/connect/revocation",
            client_id=settings.client_id,
            client_secret_name="xero-client-secret",  # noqa: S106 - its name in the vault
            scopes=(*settings.scopes.split(), *((JOURNALS_SCOPE,) if settings.journals else ())),
            rules=RULES,
        ),
        hosts=(settings.identity_url, settings.api_url),
        tenants=tenant_lister(settings.api_url),
        disconnect=disconnector(settings.api_url),
        documents=DOCUMENTS,
    )


CONNECTOR = connector(XeroSettings())

bp = connector_blueprint(CONNECTOR)
