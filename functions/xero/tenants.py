"""Xero's tenant step: which organisations a grant reaches, and how to let one go."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from shared_code.connect.auth.declared import Granted, ListTenants
from shared_code.connect.tenant import Tenant
from shared_code.errors import Abort, Reauthorise, Retry

_PATH = "/connections"


class _Connection(BaseModel):
    """An organisation that the user's token reaches; Xero calls that a connection."""

    model_config = ConfigDict(extra="ignore")

    id: str
    tenant_id: str = Field(alias="tenantId")
    tenant_name: str | None = Field(default=None, alias="tenantName")
    tenant_type: str = Field(default="ORGANISATION", alias="tenantType")
    auth_event_id: str | None = Field(default=None, alias="authEventId")


_CONNECTIONS = TypeAdapter(list[_Connection])


def tenant_lister(api_url: str) -> ListTenants:
    """Make the callable that lists what a fresh grant is for.

    A token reaches all that its user ever gave to the app. What was given just now carries the
    token's own authentication event.
    """

    def list_tenants(granted: Granted) -> Sequence[Tenant]:
        event = _authentication_event(granted.token)
        return [
            Tenant(each.tenant_id, each.tenant_name or each.tenant_id)
            for each in _connections(granted, api_url)
            if each.tenant_type == "ORGANISATION" and each.auth_event_id in (None, event)
        ]

    return list_tenants


def disconnector(api_url: str) -> Callable[[Granted, str], None]:
    """Make the callable that disconnects one organisation and leaves the user's others alone."""

    def disconnect(granted: Granted, tenant_id: str) -> None:
        for each in _connections(granted, api_url):
            if each.tenant_id == tenant_id:
                url = f"{api_url}{_PATH}/{each.id}"
                answer = granted.http.delete(url, headers=_headers(granted))
                if answer.status_code != httpx.codes.NOT_FOUND:
                    _refuse_failure(answer)

    return disconnect


def _connections(granted: Granted, api_url: str) -> list[_Connection]:
    answer = granted.http.get(api_url + _PATH, headers=_headers(granted))
    _refuse_failure(answer)
    try:
        return _CONNECTIONS.validate_json(answer.content)
    except ValidationError as error:
        raise Retry(
            "Xero's list of organisations could not be read", f"{error.error_count()} errors"
        ) from None


def _refuse_failure(answer: httpx.Response) -> None:
    status = answer.status_code
    internal = f"{answer.request.method} {_PATH} was answered {status}"
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise Reauthorise("Xero does not accept the connection's access", internal)
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Retry("Xero is in trouble", internal)
    if not answer.is_success:
        raise Abort("Xero refused the request", internal)


def _headers(granted: Granted) -> dict[str, str]:
    return {**granted.headers, "Accept": "application/json"}


def _authentication_event(token: SecretStr) -> str | None:
    """Read the claim that ties a token to one consent; only to choose by, never to trust."""
    claims = _claims(token.get_secret_value())
    event = claims.get("authentication_event_id")
    return event if isinstance(event, str) else None


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(payload))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
