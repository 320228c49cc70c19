"""The Xero connector: one function app, from consent to published records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from pydantic import TypeAdapter

from functions.xero import native
from functions.xero.settings import XeroSettings
from functions.xero.spec import DOCUMENTS, JOURNALS_SCOPE, data_source
from shared_code.connect.auth.declared import Granted, OAuth
from shared_code.connect.auth.reaching import claims, let_go, listed
from shared_code.connect.tenant import Tenant
from shared_code.connector import Connector, connector_blueprint
from shared_code.custody.grants import GrantRules
from shared_code.limits import Limit, Limits, a_day, a_minute, named_in

RULES = GrantRules(
    # A refresh token works once; the last one is honoured again for half an hour.
    refresh_grace=timedelta(minutes=30),
    idle_limit=timedelta(days=60),
    # Revoking a token would cut every organisation that its user ever gave us.
    revocation_reach="user",
)

_CONNECTIONS = TypeAdapter(list[native.Connection])


def connector(settings: XeroSettings) -> Connector:
    """Declare the connector for the place that the settings name."""
    make_source = partial(data_source, settings.api_url, settings.page_size)
    return Connector(
        source=replace(make_source(), limits=limits(settings)),
        make_source=make_source,
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
        tenants=partial(list_tenants, settings.api_url),
        disconnect=partial(disconnect, settings.api_url),
        documents=DOCUMENTS,
    )


def limits(of: XeroSettings) -> Limits:
    """Declare Xero's limits by its own words for them, as high as the settings say.

    Calls for tokens and organisations are not counted.
    """
    return Limits(
        (
            Limit(name="concurrent", amount=of.calls_at_once),
            a_minute(name="minute", amount=of.calls_per_minute, remaining="X-MinLimit-Remaining"),
            a_day(name="day", amount=of.calls_per_day, remaining="X-DayLimit-Remaining"),
            a_minute(
                name="appminute",
                amount=of.app_calls_per_minute,
                scope="app",
                remaining="X-AppMinLimit-Remaining",
            ),
        ),
        exceeded=named_in("X-Rate-Limit-Problem"),
    )


def list_tenants(api_url: str, granted: Granted) -> Sequence[Tenant]:
    """List what a fresh grant is for.

    A token reaches all that its user ever gave to the app. What was given just now carries the
    token's own authentication event.
    """
    event = claims(granted.token).get("authentication_event_id")
    return [
        Tenant(each.tenant_id, each.tenant_name or each.tenant_id)
        for each in listed(granted, f"{api_url}/connections", _CONNECTIONS, "Xero")
        if each.tenant_type == "ORGANISATION" and each.auth_event_id in (None, event)
    ]


def disconnect(api_url: str, granted: Granted, tenant_id: str) -> None:
    """Disconnect one organisation and leave the user's others alone."""
    for each in listed(granted, f"{api_url}/connections", _CONNECTIONS, "Xero"):
        if each.tenant_id == tenant_id:
            let_go(granted, f"{api_url}/connections/{each.id}", "Xero")


CONNECTOR = connector(XeroSettings())

bp = connector_blueprint(CONNECTOR)
