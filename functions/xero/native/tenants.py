"""What a grant reaches, by Xero's list of connections."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Connection(BaseModel):
    """An organisation that the user's token reaches; Xero calls that a connection."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)

    id: str
    tenant_id: str
    tenant_name: str | None = None
    tenant_type: str = "ORGANISATION"
    auth_event_id: str | None = None
