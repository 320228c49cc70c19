"""All that a connector declares: its source, its authorisation server, and its tenant step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared_code.connect.auth.declared import Auth, Granted, ListTenants, TokenEndpoint
from shared_code.ports.settings import MissingSetting
from shared_code.spec import DataSource, Documents, MakeSource


@dataclass(frozen=True, slots=True)
class Connector:
    """A provider, declared.

    The callables are given a fresh or living grant; they raise the errors of the tree.
    """

    source: DataSource
    auth: Auth
    hosts: tuple[str, ...]
    """Base URLs of every host that the connector may call; they may have `{names}` of facts."""
    tenants: ListTenants
    """What the user has just granted: a list call, a `TenantFact`, or `NoTenant`."""
    disconnect: Callable[[Granted, str], None] | None = None
    """Take an organisation (its id) from the app; one that is gone already is no error."""
    documents: Documents | None = None
    """Attachments and PDFs, if the provider has any."""
    make_source: MakeSource | None = None
    """Makes the source anew, so that much can be mapped in a process of its own."""

    @property
    def platform(self) -> str:
        """The connector's name."""
        return self.source.platform

    def check_registration(self) -> None:
        """Raise `MissingSetting` if nobody has registered the connector at its provider."""
        if isinstance(self.auth, TokenEndpoint) and not self.auth.client_id:
            setting = f"CAUSEWAY_{self.platform.upper()}_CLIENT_ID"
            raise MissingSetting(f"The connector {self.platform}", setting)
