"""Carry out what a connector declares: how codes, keys and credentials become tokens.

Each client is the `Issuer` of its connector's grants. Its calls raise `Retry` when the provider is
in trouble or its answer unreadable, `Reauthorise` when it does not accept the grant, and `Abort`
when it refuses the app itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import httpx
from authlib.oauth2.client import OAuth2Client
from pydantic import SecretStr

from shared_code.connect.auth import answers
from shared_code.connect.auth.declared import (
    ClientCredentials,
    Encoding,
    Keys,
    OAuth,
    TokenEndpoint,
    Widget,
)
from shared_code.connect.auth.facts import Fact
from shared_code.custody.grants import FOREVER, Tokens
from shared_code.errors import Abort, CausewayError, Reauthorise
from shared_code.fetch.places import fill
from shared_code.ports.clock import Clock
from shared_code.ports.vault import Vault

Facts: TypeAlias = Mapping[str, str]
Spec = TypeVar("Spec", bound=TokenEndpoint)

NOTHING_TO_RENEW_WITH = "The provider does not honour the connection's access any more"


class Way(Protocol):
    """The way to the declared hosts."""

    def to(self, facts: Facts) -> httpx.Client:
        """Give the client for a grant with these facts, its timeout at most custody's."""
        ...


class KeysClient:
    """Static keys: nothing is asked for, nothing can be renewed."""

    def __init__(self, spec: Keys) -> None:
        self.spec = spec

    def grant(self, facts: Facts) -> Tokens:
        """Make the token of the keys that were typed in."""
        access = SecretStr(fill(self.spec.access, facts))
        return Tokens(access, None, expires_at=FOREVER, scopes="", facts=facts)

    def refresh(self, tokens: Tokens) -> Tokens:
        """Give up: keys that are refused have to be typed in anew."""
        del tokens
        raise Reauthorise(NOTHING_TO_RENEW_WITH)

    def prepare(self) -> None:
        """Have all there is."""

    def revoke(self, tokens: Tokens) -> None:
        """Leave the keys as they are: whoever made them deletes them."""


class EndpointClient(Generic[Spec]):
    """What all clients of a token endpoint do alike."""

    def __init__(self, spec: Spec, *, way: Way, vault: Vault, clock: Clock) -> None:
        self.spec = spec
        self._way = way
        self._vault = vault
        self._clock = clock
        self._secret: SecretStr | None = None

    def prepare(self) -> None:
        """Read this client's secret; raises `Retry` where the vault cannot be reached."""
        self._client_secret({})

    def revoke(self, tokens: Tokens) -> None:
        """Have the grant forgotten, where the provider offers that; twice is no error."""
        if not self.spec.revocation_url:
            return
        answer = self._post(
            self.spec.revocation_url,
            _revoked(self.spec, tokens),
            tokens.facts,
            encoding=self.spec.revocation_encoding,
        )
        if answer.is_success or answer.status_code == HTTPStatus.NOT_FOUND:
            return
        if answers.error_code(answers.read_object(answer)) not in self.spec.dead_codes:
            raise self._fault(answer)

    def _asked(self, fields: Facts, facts: Facts, *, old: Tokens | None, scopes: str) -> Tokens:
        """Ask for tokens; what the answer leaves out stays as it was, or as it was asked for."""
        answer = self._post(self.spec.token_url, fields, facts, encoding=self.spec.encoding)
        read = answers.read_tokens(answer, self.spec.renamed)
        if read is None:
            raise self._fault(answer)
        granted, body = read
        now = self._clock.now()
        return Tokens(
            granted.access_token,
            granted.refresh_token or (old.refresh if old else None),
            expires_at=answers.ends_at(granted, self.spec.token_life, now),
            scopes=granted.scope or (old.scopes if old else scopes),
            facts=facts if old else _with(facts, self.spec.answer_facts, body),
        )

    def _post(
        self, url: str, fields: Mapping[str, Any], facts: Facts, *, encoding: Encoding
    ) -> httpx.Response:
        """Ask an endpoint as this client; once more if its secret was replaced in the vault."""
        answer = self._send(url, fields, facts, encoding=encoding)
        refused = not answer.is_success and isinstance(self._fault(answer), Abort)
        if refused and self._has_new_secret():
            return self._send(url, fields, facts, encoding=encoding)
        return answer

    def _send(
        self, url: str, fields: Mapping[str, Any], facts: Facts, *, encoding: Encoding
    ) -> httpx.Response:
        """Ask an endpoint once, as this client shows itself by its declaration."""
        client_id, secret = fill(self.spec.client_id, facts), self._client_secret(facts)
        auth: httpx.Auth = httpx.Auth()
        if secret and self.spec.client_auth == "client_secret_basic":
            auth = httpx.BasicAuth(client_id, secret.get_secret_value())
        else:
            fields = {"client_id": client_id, **fields}
            if secret:
                fields["client_secret"] = secret.get_secret_value()
        named = {self.spec.renamed.get(name, name): value for name, value in fields.items()}
        http, at = self._way.to(facts), fill(url, facts)
        headers = {"Accept": "application/json"}
        if encoding == "json":
            return http.post(at, json=named, headers=headers, auth=auth)
        return http.post(at, data=named, headers=headers, auth=auth)

    def _client_secret(self, facts: Facts) -> SecretStr | None:
        if not self.spec.client_secret_name:
            typed = facts.get("client_secret")
            return SecretStr(typed) if typed else None
        if self._secret is None:
            self._secret = self._vault.get(self.spec.client_secret_name).value
        return self._secret

    def _has_new_secret(self) -> bool:
        """Read the secret anew; whether it is another."""
        if not self.spec.client_secret_name:
            return False
        old, self._secret = self._secret, self._vault.get(self.spec.client_secret_name).value
        return self._secret != old

    def _fault(self, answer: httpx.Response) -> CausewayError:
        return answers.fault(self.spec, answer, self._clock.now())


class OAuthClient(EndpointClient[OAuth]):
    """The authorisation code flow."""

    def authorization_url(
        self,
        *,
        redirect_uri: str,
        state: SecretStr,
        verifier: SecretStr | None,
        facts: Facts = {},  # noqa: B006 - read only
    ) -> str:
        """Say where the user grants access; carries the S256 challenge of `verifier`."""
        client = OAuth2Client(
            None,
            client_id=self.spec.client_id,
            redirect_uri=redirect_uri,
            scope=self._scopes or None,
            code_challenge_method="S256",
        )
        url, _ = client.create_authorization_url(
            fill(self.spec.authorize_url, facts),
            state=state.get_secret_value(),
            code_verifier=verifier.get_secret_value() if verifier else None,
            **_filled(self.spec.authorize_params, facts),
        )
        return str(url)

    def exchange(
        self,
        code: SecretStr,
        *,
        redirect_uri: str,
        verifier: SecretStr | None,
        facts: Facts = {},  # noqa: B006 - read only
    ) -> Tokens:
        """Trade an authorisation code for tokens."""
        proof = {"code_verifier": verifier.get_secret_value()} if verifier else {}
        fields = {
            "grant_type": "authorization_code",
            "code": code.get_secret_value(),
            "redirect_uri": redirect_uri,
            **proof,
            **_filled(self.spec.exchange_params, facts),
        }
        return self._asked(fields, facts, old=None, scopes=self._scopes)

    def refresh(self, tokens: Tokens) -> Tokens:
        """Trade a refresh token for new tokens; the old one stays where the provider keeps it."""
        if tokens.refresh is None:
            raise Reauthorise(NOTHING_TO_RENEW_WITH)
        refresh = tokens.refresh.get_secret_value()
        fields = {"grant_type": "refresh_token", "refresh_token": refresh}
        return self._asked(fields, tokens.facts, old=tokens, scopes=self._scopes)

    @property
    def _scopes(self) -> str:
        return self.spec.scope_separator.join(self.spec.scopes)


class CredentialsClient(EndpointClient[ClientCredentials]):
    """Client credentials: tokens can be asked for again at any time."""

    def grant(self, facts: Facts) -> Tokens:
        """Ask for a token."""
        return self._asked(self._fields(facts), facts, old=None, scopes=" ".join(self.spec.scopes))

    def refresh(self, tokens: Tokens) -> Tokens:
        """Ask for a token once more."""
        return self._asked(self._fields(tokens.facts), tokens.facts, old=tokens, scopes="")

    def _fields(self, facts: Facts) -> dict[str, str]:
        grant_type = self.spec.grant_type
        return {
            **({"grant_type": grant_type} if grant_type else {}),
            **({"scope": " ".join(self.spec.scopes)} if self.spec.scopes else {}),
            **_filled(self.spec.exchange_params, facts),
        }


class WidgetClient(EndpointClient[Widget]):
    """A provider's widget: a token opens it, and its public token is exchanged."""

    def widget_token(self, connection_id: str) -> SecretStr:
        """Ask for the token with which the browser opens the widget."""
        params = _filled_within(self.spec.widget_params, {"connection": connection_id})
        answer = self._post(self.spec.widget_token_url, params, {}, encoding=self.spec.encoding)
        body = answers.read_object(answer) if answer.is_success else None
        if body is None:
            raise self._fault(answer)
        return SecretStr(self.spec.widget_token.read(body))

    def exchange(self, public_token: SecretStr) -> Tokens:
        """Trade the public token that the widget gave."""
        fields = {
            "public_token": public_token.get_secret_value(),
            **self.spec.exchange_params,
        }
        return self._asked(fields, {}, old=None, scopes="")

    def refresh(self, tokens: Tokens) -> Tokens:
        """Trade a refresh token, where the provider gave one."""
        if tokens.refresh is None:
            raise Reauthorise(NOTHING_TO_RENEW_WITH)
        refresh = tokens.refresh.get_secret_value()
        fields = {"grant_type": "refresh_token", "refresh_token": refresh}
        return self._asked(fields, tokens.facts, old=tokens, scopes="")


AuthClient: TypeAlias = OAuthClient | CredentialsClient | KeysClient | WidgetClient


def auth_client(
    spec: OAuth | ClientCredentials | Keys | Widget, *, way: Way, vault: Vault, clock: Clock
) -> AuthClient:
    """Make the client of a declared strategy."""
    match spec:
        case OAuth():
            return OAuthClient(spec, way=way, vault=vault, clock=clock)
        case ClientCredentials():
            return CredentialsClient(spec, way=way, vault=vault, clock=clock)
        case Widget():
            return WidgetClient(spec, way=way, vault=vault, clock=clock)
        case Keys():
            return KeysClient(spec)


def _with(facts: Facts, declared: tuple[Fact, ...], body: Mapping[str, object]) -> Facts:
    return {**facts, **{each.name: each.read(body) for each in declared}}


def _revoked(spec: TokenEndpoint, tokens: Tokens) -> Facts:
    access = tokens.access.get_secret_value()
    refresh = tokens.refresh.get_secret_value() if tokens.refresh else None
    if spec.revocation_params is not None:
        known = {**tokens.facts, "access": access, "refresh": refresh or ""}
        return _filled(spec.revocation_params, known)
    hint = "refresh_token" if refresh else "access_token"
    return {"token": refresh or access, "token_type_hint": hint}


def _filled(params: Facts, facts: Facts) -> dict[str, str]:
    return {name: fill(value, facts) for name, value in params.items()}


def _filled_within(value: Any, facts: Facts) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, str):
        return fill(value, facts)
    if isinstance(value, Mapping):
        return {name: _filled_within(each, facts) for name, each in value.items()}
    return [_filled_within(each, facts) for each in value] if isinstance(value, list) else value
