"""Speak OAuth 2.0 with a provider: where to send the user, and how codes become tokens.

Authlib writes the requests. What comes back is read here, for a token endpoint may answer anything,
and nothing of it may get into a log: errors say which endpoint, which status and which of the
standard's error codes, and no more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Literal

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shared_code.custody.grants import GrantRules, Tokens
from shared_code.errors import Abort, CausewayError, Reauthorise, Retry
from shared_code.fetch.provider import retry_after
from shared_code.ports.clock import Clock
from shared_code.ports.vault import Vault

DEFAULT_LIFE = timedelta(minutes=30)
"""Of an access token whose life the provider does not tell; the provider's 401 corrects it."""

LONGEST_LIFE = timedelta(days=30)

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_MAX_SCOPE = 16_384
_TRANSIENT = {"temporarily_unavailable", "server_error", "slow_down"}
_FORGOTTEN = {"invalid_grant", "invalid_token"}


@dataclass(frozen=True, slots=True)
class OAuth:
    """What a connector says of its provider's authorisation server."""

    authorize_url: str
    token_url: str
    client_id: str
    scopes: tuple[str, ...]
    revocation_url: str | None = None
    client_secret_name: str | None = None
    """In the vault; None for a public client."""
    client_auth: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"
    pkce: bool = True
    issuer: str | None = None
    """Where the provider names itself in `iss`: the only value that a callback may carry."""
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    """What the provider wants beyond the standard."""
    rules: GrantRules = field(default_factory=GrantRules)


class OAuthClient:
    """One app's dealings with one provider; the `Issuer` of its grants.

    `http` is a client from `provider_client`, its timeout at most custody's `TOKEN_CALL_SECONDS`.
    Every call raises `Retry` when the provider is in trouble or its answer unreadable,
    `Reauthorise` when it does not accept the grant, and `Abort` when it refuses the app itself.
    """

    def __init__(self, spec: OAuth, *, http: httpx.Client, vault: Vault, clock: Clock) -> None:
        self.spec = spec
        self._http = http
        self._vault = vault
        self._clock = clock
        self._secret: SecretStr | None = None

    def authorization_url(
        self, *, redirect_uri: str, state: SecretStr, verifier: SecretStr | None
    ) -> str:
        """Say where the user grants access; carries the S256 challenge of `verifier`."""
        client = OAuth2Client(
            None,
            client_id=self.spec.client_id,
            redirect_uri=redirect_uri,
            scope=" ".join(self.spec.scopes),
            code_challenge_method="S256",
        )
        url, _ = client.create_authorization_url(
            self.spec.authorize_url,
            state=state.get_secret_value(),
            code_verifier=verifier.get_secret_value() if verifier else None,
            **self.spec.authorize_params,
        )
        return str(url)

    def exchange(self, code: SecretStr, *, redirect_uri: str, verifier: SecretStr | None) -> Tokens:
        """Trade an authorisation code for tokens."""
        proof = {"code_verifier": verifier.get_secret_value()} if verifier else {}
        answer = self._client().fetch_token(
            self.spec.token_url,
            grant_type="authorization_code",
            code=code.get_secret_value(),
            redirect_uri=redirect_uri,
            **proof,
        )
        return self._tokens(answer, old_refresh=None)

    def refresh(self, refresh: SecretStr) -> Tokens:
        """Trade a refresh token for new tokens; the old one stays where the provider keeps it."""
        answer = self._client().fetch_token(
            self.spec.token_url,
            grant_type="refresh_token",
            refresh_token=refresh.get_secret_value(),
        )
        return self._tokens(answer, old_refresh=refresh)

    def revoke(self, tokens: Tokens) -> None:
        """Have the grant forgotten, where the provider offers that; twice is no error."""
        if not self.spec.revocation_url:
            return
        token, hint = tokens.refresh or tokens.access, _hint(tokens)
        answer: httpx.Response = self._client().revoke_token(
            self.spec.revocation_url, token=token.get_secret_value(), token_type_hint=hint
        )
        if answer.is_success or answer.status_code == HTTPStatus.NOT_FOUND:
            return
        if _error_code(_object(answer)) not in _FORGOTTEN:
            raise self._fault(answer)

    def _client(self) -> _Client:
        secret = self._client_secret()
        method = self.spec.client_auth if secret else "none"
        return _Client(
            self._http,
            client_id=self.spec.client_id,
            client_secret=secret.get_secret_value() if secret else None,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
        )

    def _client_secret(self) -> SecretStr | None:
        if self._secret is None and self.spec.client_secret_name:
            self._secret = self._vault.get(self.spec.client_secret_name).value
        return self._secret

    def _tokens(self, answer: httpx.Response, *, old_refresh: SecretStr | None) -> Tokens:
        granted = _granted(answer) if answer.is_success else None
        if granted is None:
            raise self._fault(answer)
        return Tokens(
            granted.access_token,
            granted.refresh_token or old_refresh,
            expires_at=self._clock.now() + life(granted.expires_in),
            scopes=granted.scope or " ".join(self.spec.scopes),
        )

    def _fault(self, answer: httpx.Response) -> CausewayError:
        body = _object(answer)
        code = _error_code(body)
        internal = f"{answer.request.url.path} answered {answer.status_code}, error {code!r}"
        status = answer.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = retry_after(answer.headers.get("Retry-After"), self._clock.now())
            return Retry("The provider asked to wait", internal, retry_after=wait)
        if body is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _TRANSIENT:
            return Retry("The provider's sign-in service is in trouble", internal)
        if code in _FORGOTTEN:
            return Reauthorise("The provider does not accept the connection's access", internal)
        if answer.is_success and not code:
            return Retry("The provider's sign-in service gave no tokens", internal)
        # The secret may have been replaced in the vault: the next call reads it anew.
        self._secret = None
        return Abort("The provider refused this application", internal)


class _Auth(httpx.Auth):
    """Authlib's client authentication, in the form that httpx takes."""

    requires_request_body = True

    def __init__(self, client_id: str, client_secret: str | None, auth_method: str) -> None:
        self._scheme = ClientAuth(client_id, client_secret, auth_method)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        url, headers, body = self._scheme.prepare(
            request.method, str(request.url), request.headers, request.content.decode()
        )
        headers["Content-Length"] = str(len(body))
        yield httpx.Request(
            request.method, url, headers=headers, content=body, extensions=request.extensions
        )


class _Client(OAuth2Client):  # type: ignore[misc] # Authlib ships no types
    """Authlib's client on httpx, which leaves reading the answer to us."""

    client_auth_class = _Auth

    def parse_response_token(self, resp: httpx.Response) -> httpx.Response:
        """Hand the answer on as it came."""
        return resp


def _printable(token: SecretStr) -> SecretStr:
    """Refuse a token that could break out of a header."""
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("not a token")
    return token


Token = Annotated[SecretStr, AfterValidator(_printable)]
"""A token that goes into a header as it is."""


class _Granted(BaseModel):
    """What of a token endpoint's answer we use."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: Token
    refresh_token: Token | None = None
    # Providers put anything here: see `life`.
    expires_in: object = None
    scope: str | None = Field(None, max_length=_MAX_SCOPE)


def life(expires_in: object) -> timedelta:
    """How long a token lives by `expires_in`; a safe default where that is no sensible number."""
    seconds = _number(expires_in)
    if seconds is None or not seconds >= 1:
        return DEFAULT_LIFE
    return timedelta(seconds=min(seconds, LONGEST_LIFE.total_seconds()))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _granted(answer: httpx.Response) -> _Granted | None:
    try:
        return _Granted.model_validate(_object(answer) or {})
    except ValidationError:
        return None


def _object(answer: httpx.Response) -> Mapping[str, object] | None:
    """Read an answer that is a JSON object; None for HTML, cut text and other things."""
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _error_code(body: Mapping[str, object] | None) -> str:
    """Give the answer's error code if it looks like one; free text may quote a secret."""
    code = (body or {}).get("error")
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _hint(tokens: Tokens) -> str:
    return "refresh_token" if tokens.refresh else "access_token"
