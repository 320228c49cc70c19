"""Where clients and browsers reach the platform."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl, TypeAdapter

from shared_code.settings import Settings, load_settings

_URL = TypeAdapter(HttpUrl)


def _base_url(text: str) -> str:
    """Check a URL and give it without a slash at its end, so that paths can be appended."""
    _URL.validate_python(text)
    return text.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""The root of some addresses."""


class PublicSettings(Settings, env_prefix="CAUSEWAY_"):
    """The platform's own address."""

    public_url: BaseUrl = Field(
        default="http://127.0.0.1:7071",
        description="Root of all links that clients and browsers are given.",
    )


class ConnectorsSettings(Settings, env_prefix="CAUSEWAY_"):
    """The connectors, as the APIs reach them."""

    connectors_url: BaseUrl | None = Field(
        default=None,
        description="Root under which `connect/<platform>/` is reached for what needs "
        "the provider at once; callers' API keys are sent there. `CAUSEWAY_PUBLIC_URL` by default.",
    )


def connectors_root() -> str:
    """Give the root of all connectors' apps."""
    chosen = load_settings(ConnectorsSettings).connectors_url
    return chosen or load_settings(PublicSettings).public_url
