"""What an authorisation server remembers: grants, codes, and tokens that rotate.

A refresh token is used once. Within the grace after that it may be used again, as long as none of
those that it was exchanged for has been used: so that a lost answer costs nobody the grant. With no
grace at all, using a token twice revokes the whole grant, as RFC 9700 advises.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from local.providers.simulation.clock import ShiftableClock


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """Lifetimes and rotation of one provider's tokens."""

    access: timedelta = timedelta(minutes=30)
    refresh: timedelta = timedelta(days=60)
    code: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(minutes=30)


@dataclass(slots=True)
class Grant:
    """A user's consent: to which client, for which tenants and scopes."""

    client_id: str
    tenants: tuple[str, ...]
    scope: str
    created_at: datetime
    id: str = field(default_factory=lambda: str(uuid4()))
    is_revoked: bool = False

    def scopes(self) -> frozenset[str]:
        """Split the scope."""
        return frozenset(self.scope.split())


@dataclass(slots=True)
class Code:
    """An authorisation code, to be exchanged once by the client that asked for it."""

    value: str
    grant: Grant
    redirect_uri: str
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: datetime

    def get_redirect_uri(self) -> str:
        """Name the redirect address the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Name the scope consented to."""
        return self.grant.scope


@dataclass(slots=True)
class RefreshToken:
    """One link of a chain of refresh tokens."""

    value: str
    grant: Grant
    issued_at: datetime
    parent: "RefreshToken | None" = None
    used_at: datetime | None = None
    is_dead: bool = False

    def get_scope(self) -> str:
        """Name the scope of the grant."""
        return self.grant.scope

    def check_client(self, client: object) -> bool:
        """Tell whether the token was issued to a client."""
        return getattr(client, "client_id", None) == self.grant.client_id


@dataclass(slots=True)
class AccessToken:
    """A bearer token and when it ends."""

    value: str
    grant: Grant
    expires_at: datetime

    def check_client(self, client: object) -> bool:
        """Tell whether the token was issued to a client."""
        return getattr(client, "client_id", None) == self.grant.client_id


class GrantStore:
    """Grants and their tokens, judged by the simulator's clock."""

    def __init__(self, clock: ShiftableClock, policy: TokenPolicy) -> None:
        self.clock, self.policy = clock, policy
        self.grants: dict[str, Grant] = {}
        self.access: dict[str, AccessToken] = {}
        self._codes: dict[str, Code] = {}
        self.refresh: dict[str, RefreshToken] = {}

    def consent(self, grant: Grant) -> Grant:
        """Remember what the user agreed to."""
        self.grants[grant.id] = grant
        return grant

    def add_code(self, code: Code) -> None:
        """Remember a code."""
        self._codes[code.value] = code

    def find_code(self, value: str, client_id: str) -> Code | None:
        """Find a code that is still good for a client."""
        code = self._codes.get(value)
        if code is None or code.grant.client_id != client_id or code.grant.is_revoked:
            return None
        return code if self.clock.now() < code.expires_at else None

    def spend_code(self, code: Code) -> None:
        """Forget a code that was exchanged."""
        self._codes.pop(code.value, None)

    def add_access(self, value: str, grant: Grant) -> None:
        """Remember an access token from now on."""
        self.access[value] = AccessToken(value, grant, self.clock.now() + self.policy.access)

    def new_refresh(self, grant: Grant) -> RefreshToken:
        """Make a refresh token of a grant."""
        token = RefreshToken(secrets.token_urlsafe(32), grant, self.clock.now())
        self.refresh[token.value] = token
        return token

    def find_refresh(self, value: str) -> RefreshToken | None:
        """Find a refresh token that may be used now; reuse without grace revokes its grant."""
        token, now = self.refresh.get(value), self.clock.now()
        if token is None or token.grant.is_revoked or now >= token.issued_at + self.policy.refresh:
            return None
        if token.used_at is None and not token.is_dead:
            return token
        if not self.policy.grace:
            self.revoke(token.grant)
            return None
        used_at = token.used_at or token.issued_at
        return None if token.is_dead or now >= used_at + self.policy.grace else token

    def spend_refresh(self, token: RefreshToken) -> None:
        """Note that a token was used, which proves that its own answer had arrived."""
        token.used_at = token.used_at or self.clock.now()
        if token.parent is not None:
            token.parent.is_dead = True
            token.parent = None

    def find_token(self, value: str) -> RefreshToken | AccessToken | None:
        """Find a token of either kind, good or not."""
        return self.refresh.get(value) or self.access.get(value)

    def revoke(self, grant: Grant) -> None:
        """End a grant: none of its tokens works any more."""
        grant.is_revoked = True

    def expire_access(self, grant_id: str | None = None) -> int:
        """End the access tokens of one grant, or all, now; give how many were alive."""
        now, ended = self.clock.now(), 0
        for token in self._living(now):
            if grant_id in (None, token.grant.id):
                token.expires_at = now
                ended += 1
        return ended

    def _living(self, now: datetime) -> Iterator[AccessToken]:
        return (token for token in self.access.values() if token.expires_at > now)

    def as_json(self) -> list[dict[str, object]]:
        """List the grants without their secrets."""
        now = self.clock.now()
        return [
            {
                "id": grant.id,
                "clientId": grant.client_id,
                "tenants": list(grant.tenants),
                "scope": grant.scope,
                "createdAt": grant.created_at.isoformat(),
                "isRevoked": grant.is_revoked,
                "livingAccessTokens": sum(each.grant is grant for each in self._living(now)),
                "refreshTokens": sum(each.grant is grant for each in self.refresh.values()),
            }
            for grant in self.grants.values()
        ]
