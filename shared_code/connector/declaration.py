"""All that a connector declares: its source, its authorisation server, and its tenant step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from shared_code.connect.oauth import OAuth
from shared_code.connect.tenant import Tenant
from shared_code.spec import DataSource, Documents


@dataclass(frozen=True, slots=True)
class Connector:
    """A provider, declared.

    The callables are given a client that reaches the declared hosts alone, and an access token;
    they raise the errors of the tree.
    """

    source: DataSource
    oauth: OAuth
    hosts: tuple[str, ...]
    """Base URLs of every host that the connector may call."""
    list_tenants: Callable[[httpx.Client, SecretStr], Sequence[Tenant]]
    """The organisations that the user has just granted, by that grant's token."""
    disconnect: Callable[[httpx.Client, SecretStr, str], None]
    """Take an organisation (its id) from the app; one that is gone already is no error."""
    documents: Documents | None = None
    """Attachments and PDFs, if the provider has any."""

    @property
    def platform(self) -> str:
        """The connector's name."""
        return self.source.platform
