"""Xero's tenant step: which organisations a grant reaches, and how to let one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from shared_code.connect.auth.declared import Granted, ListTenants
from shared_code.connect.auth.reaching import claims, let_go, listed
from shared_code.connect.tenant import Tenant


class _Connection(BaseModel):
    """An organisation that the user's token reaches; Xero calls that a connection."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)

    id: str
    tenant_id: str
    tenant_name: str | None = None
    tenant_type: str = "ORGANISATION"
    auth_event_id: str | None = None


_CONNECTIONS = TypeAdapter(list[_Connection])


def tenant_lister(api_url: str) -> ListTenants:
    """Make the callable that lists what a fresh grant is for.

    A token reaches all that its user ever gave to the app. What was given just now carries the
    token's own authentication event.
    """

    def list_tenants(granted: Granted) -> Sequence[Tenant]:
        event = claims(granted.token).get("authentication_event_id")
        return [
            Tenant(each.tenant_id, each.tenant_name or each.tenant_id)
            for each in listed(granted, f"{api_url}/connections", _CONNECTIONS, "Xero")
            if each.tenant_type == "ORGANISATION" and each.auth_event_id in (None, event)
        ]

    return list_tenants


def disconnector(api_url: str) -> Callable[[Granted, str], None]:
    """Make the callable that disconnects one organisation and leaves the user's others alone."""

    def disconnect(granted: Granted, tenant_id: str) -> None:
        for each in listed(granted, f"{api_url}/connections", _CONNECTIONS, "Xero"):
            if each.tenant_id == tenant_id:
                let_go(granted, f"{api_url}/connections/{each.id}", "Xero")

    return disconnect
