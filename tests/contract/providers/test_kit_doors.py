"""Declared ways to prove oneself: code, client credentials, keys, a widget."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest

from local.providers.kit.auth import (
    NO_END,
    ClientCredentials,
    Keys,
    OAuth,
    Shown,
    Tenancy,
    Widget,
)
from local.providers.oauth.grants import TokenPolicy
from local.providers.simulation.simulator import CLIENT_ID, CLIENT_SECRET
from tests.contract.providers.session import CHALLENGE, VERIFIER
from tests.support.simulated import Caller, called, guarded

CALLBACK = "http://127.0.0.1:7071/back"
CLIENT = (CLIENT_ID, CLIENT_SECRET)


def consent(caller: Caller, *organisations: str, **more: str) -> dict[str, str]:
    """Give access to organisations; returns what the redirect carries."""
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "s",
        **more,
    }
    answer = caller.http.post(
        "/oauth/authorize",
        params=asked,
        data={"organisation": list(organisations or ("0",)), "decision": "allow"},
    )
    return dict(httpx.URL(answer.headers["location"]).params)


def exchange(caller: Caller, code: str, **more: str) -> httpx.Response:
    """Trade a code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **more}
    return caller.http.post("/oauth/token", data=form, auth=CLIENT)


def refresh(caller: Caller, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return caller.http.post("/oauth/token", data=form, auth=CLIENT)


def linked(
    auth: OAuth, tenancy: Tenancy | None = None, root: str = "/v1"
) -> tuple[Caller, dict[str, Any]]:
    """Build a simulator whose first organisation is linked; gives the token answer too."""
    caller = called(guarded(auth, tenancy, root))
    tokens: dict[str, Any] = exchange(caller, consent(caller)["code"]).json()
    caller.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return caller, tokens


def test_a_consent_gives_tokens_that_open_the_lists() -> None:
    caller, tokens = linked(OAuth())
    assert caller.get("/v1/invoices").status_code == 200
    assert refresh(caller, tokens["refresh_token"]).status_code == 200
    assert tokens["expires_in"] == 1800


def test_nobody_is_let_in_without_a_token_or_with_one_that_ran_out() -> None:
    caller, _ = linked(OAuth(tokens=TokenPolicy(access=timedelta(minutes=5))))
    caller.simulator.clock.advance(timedelta(minutes=6))
    refused = caller.get("/v1/invoices")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "expired")
    assert "WWW-Authenticate" in refused.headers
    caller.headers.clear()
    assert caller.get("/v1/invoices").json()["error"]["code"] == "token"


def test_a_rotating_refresh_token_without_grace_ends_its_family_when_used_twice() -> None:
    caller, tokens = linked(OAuth(tokens=TokenPolicy(grace=timedelta())))
    assert refresh(caller, tokens["refresh_token"]).status_code == 200
    assert refresh(caller, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert caller.get("/v1/invoices").status_code == 401


def test_a_refresh_token_that_does_not_rotate_stays_the_same() -> None:
    caller, tokens = linked(OAuth(rotates=False, tokens=TokenPolicy(grace=timedelta())))
    for _ in range(3):
        assert (
            refresh(caller, tokens["refresh_token"]).json()["refresh_token"]
            == (tokens["refresh_token"])
        )


def test_tokens_without_an_end_come_without_life_and_refresh_token() -> None:
    auth = OAuth(refreshes=None, tells_life=False, tokens=TokenPolicy(access=NO_END))
    caller, tokens = linked(auth)
    assert not {"expires_in", "refresh_token"} & set(tokens)
    caller.simulator.clock.advance(timedelta(days=900))
    assert caller.get("/v1/invoices").status_code == 200


def test_a_proof_is_demanded_where_the_provider_demands_it() -> None:
    caller = called(guarded(OAuth(needs_pkce=True)))
    query = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK, "response_type": "code"}
    assert caller.http.get("/oauth/authorize", params=query).status_code == 400
    proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = consent(caller, **proof)["code"]
    assert exchange(caller, code, code_verifier="w" * 50).status_code == 400
    code = consent(caller, **proof)["code"]
    assert exchange(caller, code, code_verifier=VERIFIER).status_code == 200


def test_tokens_are_asked_for_by_json_where_a_provider_wants_that() -> None:
    caller = called(guarded(OAuth()))
    sent = {
        "grant_type": "authorization_code",
        "code": consent(caller)["code"],
        "redirect_uri": CALLBACK,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    assert "access_token" in caller.http.post("/oauth/token", json=sent).json()


def test_the_redirect_or_the_answer_says_which_organisation_it_is() -> None:
    auth = OAuth(redirect_names="realmId", answer_names="account_id")
    caller = called(guarded(auth))
    back = consent(caller, "1")
    second = caller.simulator.world.companies[1].id
    assert back["realmId"] == second
    assert exchange(caller, back["code"]).json()["account_id"] == second


def test_an_organisation_is_named_in_a_header_and_listed() -> None:
    tenancy = Tenancy("header", "X-Org", listed_at="/organisations", rows="items")
    caller, _ = linked(OAuth(), tenancy)
    [listed] = caller.get("/organisations").json()["items"]
    caller.headers["X-Org"] = listed["id"]
    assert caller.get("/v1/invoices").status_code == 200
    caller.headers["X-Org"] = caller.simulator.world.companies[1].id
    assert caller.get("/v1/invoices").status_code == 403
    assert [each.tenant for each in caller.simulator.calls][-2:] == [
        listed["id"],
        caller.headers["X-Org"],
    ]


def test_an_organisation_is_named_in_the_path() -> None:
    caller, _ = linked(OAuth(), Tenancy("path"), "/v3/company/{tenant}")
    first, second, _ = (each.id for each in caller.simulator.world.companies)
    assert caller.get(f"/v3/company/{first}/invoices").status_code == 200
    assert caller.get(f"/v3/company/{second}/invoices").status_code == 403
    assert [each.tenant for each in caller.simulator.calls][-2:] == [first, second]


def test_an_organisation_is_named_by_the_host_that_is_called() -> None:
    caller, _ = linked(OAuth(), Tenancy("host"))
    first, second, _ = (each.id for each in caller.simulator.world.companies)
    statuses = []
    for each in (first, second):
        caller.headers["Host"] = f"{each}.books.example"
        statuses.append(caller.get("/v1/invoices").status_code)
    assert statuses == [200, 403]
    assert [each.tenant for each in caller.simulator.calls][-2:] == [first, second]


def test_a_disconnected_organisation_is_refused_until_it_consents_again() -> None:
    caller, _ = linked(OAuth())
    caller.order("tenants/disconnect", tenant="0")
    assert caller.get("/v1/invoices").status_code == 403
    consent(caller)
    assert caller.get("/v1/invoices").status_code == 200


def test_a_revoked_grant_opens_nothing() -> None:
    caller, tokens = linked(OAuth())
    form = {"token": tokens["refresh_token"]}
    assert caller.http.post("/oauth/revoke", data=form, auth=CLIENT).status_code == 200
    assert caller.get("/v1/invoices").status_code == 401


def test_client_credentials_are_traded_for_a_token_and_nothing_else_is() -> None:
    caller = called(guarded(ClientCredentials()))
    form = {"grant_type": "client_credentials"}
    assert caller.http.post("/oauth/token", data=form, auth=("x", "y")).status_code == 401
    tokens = caller.http.post("/oauth/token", data=form, auth=CLIENT).json()
    assert "refresh_token" not in tokens
    caller.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    assert caller.get("/v1/invoices").status_code == 200


@pytest.mark.parametrize("auth", [Keys(), Keys(shown=Shown("X-Api-Key", ""))])
def test_each_organisation_has_a_key_of_its_own_which_the_controls_tell(auth: Keys) -> None:
    caller = called(guarded(auth))
    keys = caller.http.get("/_control/keys").json()["keys"]
    assert list(keys) == [each.id for each in caller.simulator.world.companies]
    seen = set()
    for key in keys.values():
        caller.headers = {auth.shown.header: f"{auth.shown.scheme} {key}".strip()}
        seen.add(caller.get("/v1/invoices").json()["data"][0]["id"])
    assert len(seen) == len(keys)
    assert called(guarded(auth)).simulator.keys == keys


def test_a_key_that_is_revoked_is_replaced_and_opens_nothing_any_more() -> None:
    caller = called(guarded(Keys()))
    for _ in range(2):
        before = caller.http.get("/_control/keys").json()["keys"]
        caller.order("grants/revoke")
        assert caller.get("/v1/invoices").status_code == 401
        after = caller.http.get("/_control/keys").json()["keys"]
        assert after.keys() == before.keys()
        assert not {*after.values()} & {*before.values()}
        caller.headers["Authorization"] = f"Bearer {after[caller.simulator.world.companies[0].id]}"
        assert caller.get("/v1/invoices").status_code == 200


def test_a_key_and_its_secret_are_shown_as_user_and_password() -> None:
    caller = called(guarded(Keys(shown=Shown(scheme="Basic"), has_secret=True)))
    key = caller.simulator.keys[caller.simulator.world.companies[0].id]
    encoded = base64.b64encode(key.encode()).decode()
    caller.headers["Authorization"] = f"Basic {encoded}"
    assert caller.get("/v1/invoices").status_code == 200
    caller.headers["Authorization"] = f"Basic {base64.b64encode(b'a:b').decode()}"
    assert caller.get("/v1/invoices").status_code == 401


def test_a_widgets_public_token_is_exchanged_once() -> None:
    caller = called(guarded(Widget(name="Bank")))
    known = {"client_id": CLIENT_ID, "secret": CLIENT_SECRET}
    assert "window.Bank" in caller.http.get("/link.js").text
    assert caller.http.post("/link/token/create", json={"client_id": "x"}).status_code == 400
    begun = caller.http.post("/link/token/create", json=known).json()["link_token"]
    at = {"token": begun}
    assert "Allow access" in caller.http.get("/widget/consent", params=at).text
    chosen = {"organisation": "1", "decision": "allow"}
    page = caller.http.post("/widget/consent", params=at, data=chosen).text
    public = page.partition('data-public-token="')[2].partition('"')[0]
    sent = {**known, "public_token": public}
    given = caller.http.post("/item/public_token/exchange", json=sent).json()
    assert given["item_id"] == caller.simulator.world.companies[1].id
    assert caller.http.post("/item/public_token/exchange", json=sent).status_code == 400
    caller.headers["Authorization"] = f"Bearer {given['access_token']}"
    assert caller.get("/v1/invoices").status_code == 200


def test_who_cancels_in_the_widget_gives_nothing() -> None:
    caller = called(guarded(Widget(name="Bank")))
    known = {"client_id": CLIENT_ID, "secret": CLIENT_SECRET}
    begun = caller.http.post("/link/token/create", json=known).json()["link_token"]
    cancelled = {"organisation": "0", "decision": "cancel"}
    page = caller.http.post("/widget/consent", params={"token": begun}, data=cancelled).text
    assert 'data-public-token=""' in page
    assert not caller.simulator.grants.grants
