"""Take over what a company granted elsewhere: tokens and keys that a client hands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from shared_code.connect.auth.answers import is_token
from shared_code.connect.auth.clients import (
    AuthClient,
    CredentialsClient,
    KeysClient,
    OAuthClient,
    WidgetClient,
)
from shared_code.connect.auth.declared import Auth, OAuth, TokenEndpoint, Widget
from shared_code.connect.auth.facts import Asked, Fact, FactRefused
from shared_code.custody.grants import FOREVER, Tokens
from shared_code.errors import Reject

ACCESS, REFRESH, TENANT = "accessToken", "refreshToken", "tenantId"


@dataclass(frozen=True, slots=True)
class Expected:
    """The names that a strategy expects, of which some may be left out."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    def check(self, given: Mapping[str, str]) -> None:
        """Raise `Reject` for a name that is missing or not known; values are never told."""
        missing = [name for name in self.required if not given.get(name)]
        unknown = sorted(set(given) - {*self.required, *self.optional})
        if missing or unknown:
            wrong = f"{missing[0]} is missing" if missing else "a property is not known"
            also = f"; optional: {', '.join(self.optional)}"
            raise Reject(f"authorization: {wrong}. Required: {', '.join(self.required)}{also}")


def expected(spec: Auth) -> Expected:
    """What a connector's strategy expects."""
    facts = tuple(each.name for each in _facts(spec))
    if not isinstance(spec, OAuth | Widget):
        return Expected(facts, (TENANT,))
    if spec.token_life is None:
        return Expected((ACCESS, *facts), (REFRESH, TENANT))
    return Expected((REFRESH, *facts), (TENANT,))


def adopt(client: AuthClient, given: Mapping[str, str]) -> Tokens:
    """Make tokens of what was handed in, renewed at the provider where that is possible.

    Raises `Reject` for what cannot be right, and what the provider's answer means.
    """
    expected(client.spec).check(given)
    facts = {each.name: _checked(each, given) for each in _facts(client.spec)}
    match client:
        case KeysClient() | CredentialsClient():
            return client.grant(facts)
        case OAuthClient() | WidgetClient():
            tokens = _handed_in(given, facts)
            return client.refresh(tokens) if ACCESS not in given else tokens


def _handed_in(given: Mapping[str, str], facts: Mapping[str, str]) -> Tokens:
    for name in (ACCESS, REFRESH):
        if name in given and not is_token(given[name]):
            raise Reject(f"authorization: {name} is no token: blanks and the like are not allowed")
    refresh = given.get(REFRESH)
    return Tokens(
        SecretStr(given.get(ACCESS, "")),
        SecretStr(refresh) if refresh else None,
        expires_at=FOREVER,
        scopes="",
        facts=facts,
    )


def _facts(spec: Auth) -> tuple[Asked | Fact, ...]:
    redirected = spec.redirect_facts if isinstance(spec, OAuth) else ()
    answered = spec.answer_facts if isinstance(spec, TokenEndpoint) else ()
    return (*spec.asks, *redirected, *answered)


def _checked(fact: Asked | Fact, given: Mapping[str, str]) -> str:
    named = {fact.name: given[fact.name]}
    if isinstance(fact, Fact) and fact.source:
        named = {fact.source: given[fact.name]}
    try:
        return fact.read(named)
    except FactRefused as refusal:
        hint = f" {refusal.public}" if isinstance(fact, Asked) else ""
        raise Reject(
            f"authorization: {fact.name} has another form than it must have.{hint}"
        ) from None
