"""How callers of a simulated provider prove themselves, declared; `doors` puts it to work."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

from starlette.datastructures import Headers
from starlette.requests import Request

from local.providers.books.model import Organisation
from local.providers.oauth.grants import Grant, GrantStore, TokenPolicy

NO_END = timedelta(days=36_500)
"""The life of tokens that do not run out."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Where calls show their token: in a header after a word, or as a field of a JSON body."""

    header: str = "Authorization"
    scheme: str = "Bearer"
    field: str = ""

    def read(self, request: Request, params: Mapping[str, str]) -> str:
        """Find the token, empty where there is none."""
        if self.field:
            return params.get(self.field, "")
        value = request.headers.get(self.header, "")
        if not self.scheme:
            return value.strip()
        scheme, _, token = value.partition(" ")
        if scheme.lower() != self.scheme.lower():
            return ""
        return _decoded(token) if self.scheme == "Basic" else token.strip()


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class Tenancy:
    """How a call says which organisation it is about.

    By a header, by `{tenant}` in the path, by the first part of the host that is called, or not at
    all: then it is the one that was consented to.
    """

    by: Literal["header", "path", "host", "grant"] = "grant"
    header: str = ""
    listed_at: str = ""
    """Where what a grant reaches is listed, if anywhere."""
    rows: str = ""
    """The name of the list in its answer; a bare list without."""
    shape: Callable[[Organisation], dict[str, object]] = lambda each: {
        "id": each.id,
        "name": each.name,
    }

    def told_by(self, headers: Headers) -> str:
        """Read the organisation off a call's headers; empty where they do not say it."""
        if self.by == "host":
            return headers.get("host", "").partition(".")[0]
        return headers.get(self.header, "") if self.by == "header" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What all ways have in common."""

    shown: Shown = field(default_factory=Shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth(Guarded):
    """Authorisation code, with a consent page.

    `redirect_names` and `answer_names` tell the organisation's id in the redirect, or in each token
    answer, under such a name.
    """

    authorize: str = "/oauth/authorize"
    token: str = "/oauth/token"  # noqa: S105 - an address
    revocation: str | None = "/oauth/revoke"
    scopes: frozenset[str] | None = None
    """Those that exist; None where any will do."""
    tokens: TokenPolicy = field(default_factory=TokenPolicy)
    refreshes: str | None = ""
    """The scope that brings refresh tokens; empty brings them always, None never."""
    rotates: bool = True
    needs_pkce: bool = False
    tells_life: bool = True
    many: bool = False
    """Whether one consent may be for several organisations."""
    redirect_names: str = ""
    answer_names: str = ""
    mint: Callable[[Grant, GrantStore], str] | None = None
    """Makes an access token that says something, such as a JWT; None for one that does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials(Guarded):
    """The application's own id and secret are traded for tokens; nobody consents."""

    token: str = "/oauth/token"  # noqa: S105 - an address
    tokens: TokenPolicy = field(default_factory=TokenPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys(Guarded):
    """Static keys, one an organisation, which `GET /_control/keys` and the page show.

    One that is revoked is replaced by another, as its owner would.

    With `shown=Shown(scheme="Basic")` a key with `has_secret` is user name and password.
    """

    prefix: str = "key_"
    has_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget(Guarded):
    """The provider's script shows its own consent; its public token is exchanged for a lasting one.

    Calls of the application carry its id and secret in the body, by these names.
    """

    name: str
    """The script's object, such as `Plaid`: `Name.create({token, onSuccess, onExit}).open()`."""
    script: str = "/link.js"
    begin: str = "/link/token/create"
    exchange: str = "/item/public_token/exchange"
    client_id: str = "client_id"
    client_secret: str = "secret"  # noqa: S105 - a field's name
    item: str = "item_id"


Auth: TypeAlias = OAuth | ClientCredentials | Keys | Widget
