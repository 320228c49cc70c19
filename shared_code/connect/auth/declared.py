"""What a connector declares of its provider's authentication: one of four strategies, as data.

URLs and parameters may have `{names}` of facts, which differ from grant to grant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import httpx
from pydantic import SecretStr

from shared_code.connect.auth.facts import Asked, Fact
from shared_code.connect.tenant import Tenant
from shared_code.custody.grants import GrantRules
from shared_code.fetch.provider import Shown

DEFAULT_LIFE = timedelta(minutes=30)
"""Of an access token whose life the provider does not tell; the provider's 401 corrects it."""

Encoding = Literal["form", "json"]
ClientAuth = Literal["client_secret_basic", "client_secret_post"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """What all strategies have in common."""

    asks: tuple[Asked, ...] = ()
    """What the user types in before anything else: a shop's address, an account's id, keys."""
    shown: Shown = field(default_factory=Shown)
    """How the token goes with a call."""
    rules: GrantRules = field(default_factory=GrantRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEndpoint(Strategy):
    """A strategy whose tokens come from an endpoint, which is asked in one of a few ways."""

    token_url: str
    client_id: str
    client_secret_name: str | None = None
    """In the vault; None for a public client, or one whose `client_secret` the user types in."""
    client_auth: ClientAuth = "client_secret_basic"
    encoding: Encoding = "form"
    exchange_params: Mapping[str, str] = field(default_factory=dict)
    """What the first request carries beyond the standard."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The provider's names for the standard's parameters, both ways."""
    answer_facts: tuple[Fact, ...] = ()
    """What the first answer says beyond its tokens."""
    token_life: timedelta | None = DEFAULT_LIFE
    """Where the answer does not say it; None for tokens that do not run out by themselves."""
    dead_codes: frozenset[str] = frozenset({"invalid_grant", "invalid_token"})
    """Errors that mean that the grant is no more."""
    revocation_url: str | None = None
    revocation_encoding: Encoding = "form"
    revocation_params: Mapping[str, str] | None = None
    """What is sent in the place of the token; `{access}` and `{refresh}` stand for tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth(TokenEndpoint):
    """Authorisation code: the user consents at the provider and comes back with a code."""

    authorize_url: str
    scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    pkce: bool = True
    issuer: str | None = None
    """Where the provider names itself in `iss`: the only value that a callback may carry."""
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    """What the provider wants beyond the standard."""
    redirect_facts: tuple[Fact, ...] = ()
    """What the redirect carries beside the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials(TokenEndpoint):
    """A client id and a secret, the platform's own or typed in, are traded for tokens.

    Typed in are `client_id="{client_id}"` and an asked fact `client_secret`.
    """

    scopes: tuple[str, ...] = ()
    grant_type: str | None = "client_credentials"
    """None where the provider's endpoint does not ask for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys(Strategy):
    """Static keys that the user types in; they do not run out."""

    access: str
    """The token that the keys make, such as `{key}`, or `{key}:{secret}` for `Shown.basic()`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget(TokenEndpoint):
    """The provider's own script runs on our page and gives a public token, which is exchanged."""

    script_url: str
    opens: str
    """JavaScript that opens the widget with `token`, then calls `done(publicToken)` or `gone()`."""
    frames: tuple[str, ...] = ()
    """Origins that the script may frame."""
    calls: tuple[str, ...] = ()
    """Origins that the script may call."""
    widget_token_url: str
    widget_token: Fact = field(default_factory=lambda: Fact("link_token", r"[\w.:-]+"))
    widget_params: Mapping[str, Any] = field(default_factory=dict)
    """Asked for the widget's token; `{connection}` stands for the connection's id."""


Auth: TypeAlias = OAuth | ClientCredentials | Keys | Widget


@dataclass(frozen=True, slots=True)
class Granted:
    """A fresh grant, for those who look what it reaches."""

    http: httpx.Client
    """Reaches the declared hosts alone."""
    token: SecretStr
    facts: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    """The token as calls show it."""


ListTenants = Callable[[Granted], Sequence[Tenant]]
"""List what a grant reaches that was given just now; raises errors of the tree."""


@dataclass(frozen=True, slots=True)
class TenantFact:
    """The tenant's id is a fact: of the redirect, the answer, or typed in."""

    fact: str
    name: Callable[[Granted], str] | None = None
    """Asks what the tenant is called, which proves the grant as well; else it is called its id."""

    def __call__(self, granted: Granted) -> Sequence[Tenant]:
        """Give the one tenant."""
        tenant_id = granted.facts[self.fact]
        return [Tenant(tenant_id, self.name(granted) if self.name else tenant_id)]


@dataclass(frozen=True, slots=True)
class NoTenant:
    """A grant is for one account, which has no id of its own: the connection's stands for it."""

    name: str

    def __call__(self, granted: Granted) -> Sequence[Tenant]:
        """Give the one tenant."""
        return [Tenant(granted.facts["connection"], self.name)]
