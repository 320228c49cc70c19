"""Where connectors' apps are, for what only they can answer."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared_code.connect.settings import BaseUrl, PublicSettings
from shared_code.settings import load_settings


class ConnectorsSettings(BaseSettings):
    """The connectors, as the data API reaches them."""

    model_config = SettingsConfigDict(
        env_prefix="CAUSEWAY_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    connectors_url: BaseUrl | None = Field(
        default=None,
        description="Root under which `connect/<platform>/` is reached for attachments and PDFs; "
        "callers' API keys are sent there. `CAUSEWAY_PUBLIC_URL` by default.",
    )


def connectors_root() -> str:
    """Give the root of all connectors' apps."""
    chosen = load_settings(ConnectorsSettings).connectors_url
    return chosen or load_settings(PublicSettings).public_url
