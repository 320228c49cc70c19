"""Authlib's authorisation server on our grants: it validates requests and words the errors.

Authlib has no type hints, so subclasses of its classes are untyped to mypy; the hints stop here.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.requests import (
    BasicOAuth2Payload,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from starlette.responses import JSONResponse, Response

from local.providers.oauth.grants import AccessToken, Code, Grant, GrantStore, RefreshToken

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
MintAccess = Callable[[Grant], str]

__all__ = ["Client", "Manner", "OAuth2Error", "OAuthServer"]


def _nothing(_: Grant) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a provider's authorisation server differs from the next one.

    `refreshes` is the scope that brings a refresh token; empty brings one always, None never.
    `in_redirect` and `in_answer` are what the redirect and each token answer say beyond the
    standard. `house` gives the grant of client credentials, which no user consents to.
    """

    refreshes: str | None = "offline_access"
    rotates: bool = True
    tells_life: bool = True
    needs_pkce: bool = False
    in_redirect: Callable[[Grant], Mapping[str, str]] = _nothing
    in_answer: Callable[[Grant], Mapping[str, str]] = _nothing
    house: Callable[[str], Grant] | None = None


@dataclass(frozen=True, slots=True)
class Client(ClientMixin):  # type: ignore[misc]
    """The registered application; without redirect addresses any loopback one is accepted."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...] = ()

    def get_default_redirect_uri(self) -> str | None:
        """Give the address to use when a request names none."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str:
        """Allow all that was asked for; unknown scopes were refused before."""
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Match a redirect address exactly against the registered ones."""
        if self.redirect_uris:
            return redirect_uri in self.redirect_uris
        parts = urlsplit(redirect_uri)
        return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.fragment

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare secrets in constant time."""
        return secrets.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Allow HTTP Basic, and the secret in the form."""
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        """Allow codes only."""
        return response_type == "code"

    def check_grant_type(self, _grant_type: str) -> bool:
        """Allow every grant that the server knows."""
        return True


class _Request(OAuth2Request):  # type: ignore[misc]
    """A request as Authlib reads it; the transport check is meant for public servers."""

    def __init__(
        self, method: str, parameters: Mapping[str, str], headers: Mapping[str, str]
    ) -> None:
        super().__init__(method, "http://127.0.0.1/", headers=headers)
        self.payload = BasicOAuth2Payload(dict(parameters))

    @property
    def args(self) -> Mapping[str, str]:
        """Give the query parameters."""
        return self.payload.data  # type: ignore[no-any-return]

    @property
    def form(self) -> Mapping[str, str]:
        """Give the form fields."""
        return self.payload.data  # type: ignore[no-any-return]


class _StrictChallenge(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256 and nothing weaker."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        """Refuse a challenge that does not say S256."""
        data = grant.request.payload.data
        if data.get("code_challenge") and not data.get("code_challenge_method"):
            raise InvalidRequestError("Missing 'code_challenge_method'; use S256.")
        super().validate_code_challenge(grant, redirect_uri)


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Authorisation codes kept in our store."""

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep a new code with the consent that it stands for."""
        store: GrantStore = self.server.store
        data = request.payload.data
        store.add_code(
            Code(
                value=code,
                grant=store.consent(request.user),
                redirect_uri=request.payload.redirect_uri,
                code_challenge=data.get("code_challenge"),
                code_challenge_method=data.get("code_challenge_method"),
                expires_at=store.clock.now() + store.policy.code,
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Find a code that is still good."""
        store: GrantStore = self.server.store
        return store.find_code(code, client.client_id)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Forget a code after its exchange."""
        self.server.store.spend_code(authorization_code)

    def authenticate_user(self, authorization_code: Code) -> Grant:
        """Give the consent, which stands for the user."""
        return authorization_code.grant


class _RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """Refresh tokens that rotate."""

    INCLUDE_NEW_REFRESH_TOKEN = True
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshToken | None:
        """Find a token that may be used."""
        store: GrantStore = self.server.store
        return store.find_refresh(refresh_token)

    def authenticate_user(self, refresh_token: RefreshToken) -> Grant:
        """Give the consent, which stands for the user."""
        return refresh_token.grant

    def issue_token(self, user: Grant, refresh_token: RefreshToken) -> dict[str, object]:
        """Issue new tokens, the new refresh token as the old one's child."""
        token: dict[str, object] = super().issue_token(user, refresh_token)
        if not self.server.manner.rotates:
            self.server.store.refresh.pop(str(token["refresh_token"]))
            return token | {"refresh_token": refresh_token.value}
        store: GrantStore = self.server.store
        child = store.find_token(str(token["refresh_token"]))
        if isinstance(child, RefreshToken):
            child.parent = refresh_token
        return token

    def revoke_old_credential(self, refresh_token: RefreshToken) -> None:
        """Note that the old token was used, where that means anything."""
        if self.server.manner.rotates:
            self.server.store.spend_refresh(refresh_token)


class _HouseGrant(ClientCredentialsGrant):  # type: ignore[misc]
    """Client credentials, by which the application comes as itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class _Revocation(RevocationEndpoint):  # type: ignore[misc]
    """Ends the whole grant of a token."""

    def query_token(self, token: str, _hint: str | None) -> RefreshToken | AccessToken | None:
        """Find the token."""
        store: GrantStore = self.server.store
        return store.find_token(token)

    def revoke_token(self, token: RefreshToken | AccessToken, _request: OAuth2Request) -> None:
        """End its grant."""
        self.server.revoke(token.grant)


class OAuthServer(AuthorizationServer):  # type: ignore[misc]
    """The protocol: answers authorisation, token and revocation requests.

    `scopes` are those that exist, None where the provider knows none. `mint` makes the text of an
    access token; `on_consent` and `on_revoke` tell the provider.
    """

    def __init__(
        self,
        store: GrantStore,
        client: Client,
        *,
        scopes: frozenset[str] | None,
        mint: MintAccess,
        manner: Manner | None = None,
    ) -> None:
        super().__init__(scopes_supported=scopes)
        self.store, self.client, self._mint = store, client, mint
        self.manner = manner or Manner()
        self.on_consent: list[Callable[[Grant], None]] = []
        self.on_revoke: list[Callable[[Grant], None]] = []
        self.register_token_generator("default", self._token)
        self.register_grant(_CodeGrant, [_StrictChallenge(required=False)])
        self.register_grant(_RefreshGrant)
        if self.manner.house:
            self.register_grant(_HouseGrant)
        self.register_endpoint(_Revocation)

    def check(self, parameters: Mapping[str, str]) -> None:
        """Raise OAuth2Error unless an authorisation request is in order."""
        if self.manner.needs_pkce and not parameters.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'.")
        try:
            self.get_consent_grant(_Request("GET", parameters, {}))
        except ValueError as error:
            # Authlib repeats parameters in its errors, where RFC 6749 forbids most characters.
            raise InvalidRequestError("A parameter holds characters it cannot have.") from error

    def refuse(self, parameters: Mapping[str, str], error: OAuth2Error) -> Response:
        """Send the browser back with an error; only where the redirect address is trusted."""
        request = _Request("GET", parameters, {})
        error.state = request.payload.state
        response: Response = self.handle_error_response(request, error)
        return response

    def decide(self, parameters: Mapping[str, str], grant: Grant | None) -> Response:
        """Send the browser back with a code for a grant, or with access_denied."""
        request = _Request("GET", parameters, {})
        consent = self.get_consent_grant(request)
        response: Response = self.create_authorization_response(request, grant, consent)
        if grant is not None:
            if more := urlencode(dict(self.manner.in_redirect(grant))):
                response.headers["location"] += f"&{more}"
            for listener in self.on_consent:
                listener(grant)
        return response

    def token(self, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Answer a token request."""
        response: Response = self.create_token_response(_Request("POST", form, headers))
        return response

    def revocation(self, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Answer a revocation request; an unknown token is fine, as RFC 7009 says."""
        request = _Request("POST", form, headers)
        response: Response = self.create_endpoint_response("revocation", request)
        return response

    def revoke(self, grant: Grant) -> None:
        """End a grant and tell the provider."""
        self.store.revoke(grant)
        for listener in self.on_revoke:
            listener(grant)

    def query_client(self, client_id: str) -> Client | None:
        """Find the one client."""
        return self.client if client_id == self.client.client_id else None

    def save_token(self, token: dict[str, object], request: OAuth2Request) -> None:
        """Keep nothing: the generator has entered the tokens already."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """Take requests as they are: they were made above."""
        return request

    def handle_response(
        self, status: int, body: object, headers: list[tuple[str, str]]
    ) -> Response:
        """Make Authlib's answer one of Starlette's."""
        fields = dict(headers)
        if isinstance(body, dict):
            fields.pop("Content-Type", None)
            return JSONResponse(body, status, fields)
        return Response(str(body or ""), status, fields)

    def _token(
        self, *, user: Grant | None, scope: str = "", include_refresh_token: bool, **_: object
    ) -> dict[str, object]:
        manner = self.manner
        if user is None:
            if manner.house is None:
                raise InvalidRequestError("Nobody consented to this.")
            user = manner.house(scope or "")
            include_refresh_token = False
        value = self._mint(user)
        self.store.add_access(value, user)
        token: dict[str, object] = {
            "access_token": value,
            "token_type": "Bearer",
            "scope": user.scope,
            **manner.in_answer(user),
        }
        if manner.tells_life:
            token["expires_in"] = int(self.store.policy.access.total_seconds())
        if include_refresh_token and self._refreshes(user):
            token["refresh_token"] = self.store.new_refresh(user).value
        return token

    def _refreshes(self, user: Grant) -> bool:
        wanted = self.manner.refreshes
        return wanted is not None and (not wanted or wanted in user.scopes())
