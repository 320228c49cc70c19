"""What an authorisation server may answer, and what becomes of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared_code.connect.auth.answers import LONGEST_LIFE, life
from shared_code.connect.auth.clients import OAuthClient
from shared_code.connect.auth.declared import DEFAULT_LIFE, OAuth
from shared_code.custody.grants import Tokens
from shared_code.errors import Abort, AnswerLost, CausewayError, Reauthorise, Retry
from shared_code.fetch.door import Door
from shared_code.ports.settings import VaultSettings
from shared_code.ports.vault import open_vault
from tests.support.clock import NOON, ManualClock

SPEC = OAuth(
    authorize_url="https://login.example/authorize",
    token_url="https://id.example/token",
    revocation_url="https://id.example/revoke",
    client_id="client",
    client_secret_name="shop-client-secret",
    scopes=("read", "offline_access"),
)
GRANTED = {"access_token": "new-access", "refresh_token": "new-refresh", "expires_in": 1800}
OLD_REFRESH = SecretStr("old-refresh")
OLD = Tokens(SecretStr("old"), OLD_REFRESH, expires_at=NOON, scopes="read")
BACK = "https://here.example/back"

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., OAuthClient]:
    vault = open_vault(VaultSettings(file=tmp_path / "vault.json"))
    vault.set("shop-client-secret", SecretStr("hush"))

    def build(answer: Answer, spec: OAuth = SPEC) -> OAuthClient:
        door = Door(["https://id.example"], transport=httpx.MockTransport(answer))
        return OAuthClient(spec, way=door, vault=vault, clock=ManualClock())

    return build


def saying(status: int, **given: Any) -> Answer:  # noqa: ANN401 - httpx's own
    return lambda _: httpx.Response(status, **given)


def test_the_browser_is_sent_with_state_scopes_and_a_challenge(
    make: Callable[..., OAuthClient],
) -> None:
    url = make(saying(500)).authorization_url(
        redirect_uri=BACK, state=SecretStr("s-1"), verifier=SecretStr("v" * 43)
    )
    query = parse_qs(urlsplit(url).query)
    assert url.startswith(SPEC.authorize_url)
    assert query["state"] == ["s-1"]
    assert query["scope"] == ["read offline_access"]
    assert query["redirect_uri"] == [BACK]
    assert query["code_challenge_method"] == ["S256"]
    assert "v" * 43 not in url


def test_a_code_is_traded_with_its_verifier_and_the_apps_secret(
    make: Callable[..., OAuthClient],
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=GRANTED)

    tokens = make(answer).exchange(
        SecretStr("c-1"), redirect_uri=BACK, verifier=SecretStr("v" * 43)
    )
    [request] = seen
    form = parse_qs(request.content.decode())
    assert form["grant_type"] == ["authorization_code"]
    assert form["code"] == ["c-1"]
    assert form["code_verifier"] == ["v" * 43]
    basic = base64.b64encode(b"client:hush").decode()
    assert request.headers["Authorization"] == f"Basic {basic}"
    assert tokens.access == SecretStr("new-access")
    assert tokens.expires_at == NOON + timedelta(minutes=30)


def test_a_refresh_gives_new_tokens_and_keeps_the_old_one_where_none_comes(
    make: Callable[..., OAuthClient],
) -> None:
    assert make(saying(200, json=GRANTED)).refresh(OLD).refresh == SecretStr("new-refresh")
    lasting = {"access_token": "new-access"}
    assert make(saying(200, json=lasting)).refresh(OLD).refresh == OLD_REFRESH


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (saying(400, json={"error": "invalid_grant"}), Reauthorise),
        (saying(400, json={"error": "invalid_client"}), Abort),
        (saying(401, json={"error": "invalid_client"}), Abort),
        (saying(400, json={"error": "temporarily_unavailable"}), Retry),
        (saying(429, headers={"Retry-After": "7"}), Retry),
        (saying(500), Retry),
        (saying(503, text="<html>"), Retry),
        (saying(200, text="<html>Log in</html>"), AnswerLost),
        (saying(200, text='{"access_token": "cut'), AnswerLost),
        (saying(200, json={}), AnswerLost),
        (saying(200, json={"access_token": "two\nlines"}), AnswerLost),
        (saying(200, json=["no object"]), AnswerLost),
        (saying(302, headers={"Location": "http://[bad"}), Retry),
        (saying(200, json={"error": "invalid_grant"}), Reauthorise),
    ],
    ids=range(14),
)
def test_every_answer_means_one_thing_to_do(
    make: Callable[..., OAuthClient], answer: Answer, error: type[CausewayError]
) -> None:
    with pytest.raises(error) as raised:
        make(answer).refresh(OLD)
    assert type(raised.value) is error
    told = f"{raised.value.public} {raised.value.internal} {raised.value!r}"
    for secret in ("old-refresh", "hush", "cut", "lines"):
        assert secret not in told


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()))
def test_a_token_lives_a_sensible_time_whatever_the_provider_says(expires_in: object) -> None:
    assert timedelta(0) < life(expires_in) <= LONGEST_LIFE


@pytest.mark.parametrize("expires_in", [None, 0, -5, "", "soon", "nan", True])
def test_a_life_that_is_none_is_the_default(expires_in: object) -> None:
    assert life(expires_in) == DEFAULT_LIFE


@pytest.mark.parametrize("status", [200, 404])
def test_tokens_that_are_forgotten_already_are_no_error(
    make: Callable[..., OAuthClient], status: int
) -> None:
    tokens = Tokens(SecretStr("a"), OLD_REFRESH, expires_at=NOON, scopes="")
    make(saying(status)).revoke(tokens)


def test_a_provider_that_cannot_revoke_is_not_asked(make: Callable[..., OAuthClient]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    tokens = Tokens(SecretStr("a"), OLD_REFRESH, expires_at=NOON, scopes="")
    make(answer, replace(SPEC, revocation_url=None)).revoke(tokens)


@pytest.fixture
def replaced(tmp_path: Path) -> OAuthClient:
    """A client that has used a secret, which the provider and the vault have replaced since."""
    vault = open_vault(VaultSettings(file=tmp_path / "vault.json"))
    valid = ["hush"]
    vault.set("shop-client-secret", SecretStr(valid[0]))

    def answer(request: httpx.Request) -> httpx.Response:
        shown = base64.b64encode(f"client:{valid[0]}".encode()).decode()
        if request.headers["Authorization"] != f"Basic {shown}":
            return httpx.Response(401, json={"error": "invalid_client"})
        return httpx.Response(200, json=GRANTED)

    door = Door(["https://id.example"], transport=httpx.MockTransport(answer))
    client = OAuthClient(SPEC, way=door, vault=vault, clock=ManualClock())
    client.refresh(OLD)
    valid[0] = "new-secret"
    vault.set("shop-client-secret", SecretStr(valid[0]))
    return client


def test_a_secret_that_was_replaced_is_read_anew_for_a_refresh(replaced: OAuthClient) -> None:
    assert replaced.refresh(OLD).access == SecretStr("new-access")


def test_a_secret_that_was_replaced_is_read_anew_for_a_revocation(replaced: OAuthClient) -> None:
    replaced.revoke(OLD)
