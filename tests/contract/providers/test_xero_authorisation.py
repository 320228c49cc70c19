"""Consent, tokens and connections, as Xero gives them."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.contract.providers.session import (
    AUTHORIZE,
    CALLBACK,
    CLIENT,
    REVOCATION,
    TOKEN,
    Json,
    Visitor,
    parameters_of,
    request_parameters,
)


def claims(token: str) -> Json:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_the_consent_page_offers_every_organisation_and_two_buttons(visitor: Visitor) -> None:
    page = visitor.http.get(AUTHORIZE, params=request_parameters())
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count('name="organisation"') == 3
    assert 'name="decision" value="allow"' in page.text
    assert 'name="decision" value="cancel"' in page.text
    assert "Pennine Cycle Works" in page.text


def test_allowing_sends_a_code_and_the_state_back(visitor: Visitor) -> None:
    sent = visitor.consent("0", "1", state="round & trip")
    assert sent.keys() == {"code", "state"}
    assert sent["state"] == "round & trip"


def test_cancelling_sends_access_denied_back(visitor: Visitor) -> None:
    answer = visitor.http.post(AUTHORIZE, params=request_parameters(), data={"decision": "cancel"})
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(CALLBACK)
    sent = parameters_of(answer.headers["location"])
    assert (sent["error"], sent["state"]) == ("access_denied", "a-state")


def test_allowing_nothing_asks_again(visitor: Visitor) -> None:
    answer = visitor.http.post(AUTHORIZE, params=request_parameters(), data={"decision": "allow"})
    assert answer.status_code == 400
    assert "Choose an organisation" in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "accounting.everything"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_sent_back_with_its_error(
    visitor: Visitor, changes: dict[str, str], error: str
) -> None:
    answer = visitor.http.get(AUTHORIZE, params=request_parameters(**changes))
    assert answer.status_code == 302
    sent = parameters_of(answer.headers["location"])
    assert (sent["error"], sent["state"]) == (error, "a-state")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "http://evil.example/cb"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "https://user@127.0.0.1/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": 'http://evil.example/"é'},
    ],
)
def test_a_redirect_that_cannot_be_trusted_is_not_followed(
    visitor: Visitor, changes: dict[str, str]
) -> None:
    answer = visitor.http.get(AUTHORIZE, params=request_parameters(**changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_registered_redirect_address_matches_exactly(
    serve: Callable[..., Visitor],
) -> None:
    visitor = serve(redirect_uris=(CALLBACK,))
    assert visitor.http.get(AUTHORIZE, params=request_parameters()).status_code == 200
    other = request_parameters(redirect_uri=f"{CALLBACK}/")
    assert visitor.http.get(AUTHORIZE, params=other).status_code == 400


def test_tokens_name_the_authorisation_that_connections_belong_to(linked: Visitor) -> None:
    tokens = linked.tokens
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 1800
    assert tokens["refresh_token"]
    event = claims(tokens["access_token"])["authentication_event_id"]
    (connection,) = linked.connections(authEventId=event)
    assert connection.keys() == {
        *("id", "authEventId", "tenantId", "tenantType", "tenantName"),
        *("createdDateUtc", "updatedDateUtc"),
    }
    assert connection["tenantType"] == "ORGANISATION"
    assert connection["authEventId"] == event
    assert linked.connections(authEventId="another") == []


def test_a_code_works_once_with_its_verifier_and_redirect_address(visitor: Visitor) -> None:
    code = visitor.consent("0")["code"]
    wrong = [
        visitor.exchange(code, code_verifier="w" * 43),
        visitor.exchange(code, code_verifier=""),
        visitor.exchange(code, redirect_uri=f"{CALLBACK}/other"),
    ]
    assert [each.status_code for each in wrong] == [400, 400, 400]
    assert visitor.exchange(code).status_code == 200
    assert visitor.exchange(code).json()["error"] == "invalid_grant"


def test_a_code_dies_after_five_minutes(visitor: Visitor) -> None:
    code = visitor.consent("0")["code"]
    visitor.order("clock", advanceSeconds=301)
    assert visitor.exchange(code).json()["error"] == "invalid_grant"


def test_a_wrong_client_secret_is_refused(visitor: Visitor) -> None:
    form = {"grant_type": "authorization_code", "code": visitor.consent("0")["code"]}
    answer = visitor.http.post(TOKEN, data=form, auth=(CLIENT[0], "wrong"))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_without_offline_access_there_is_no_refresh_token(visitor: Visitor) -> None:
    visitor.link("0", scope="accounting.contacts.read")
    assert "refresh_token" not in visitor.tokens
    assert visitor.get("Contacts").status_code == 200


def test_refreshing_rotates_and_the_old_token_lives_through_the_grace(linked: Visitor) -> None:
    first = linked.tokens["refresh_token"]
    second = linked.refresh(first).json()["refresh_token"]
    assert second != first
    assert linked.refresh(first).status_code == 200
    linked.order("clock", advanceSeconds=1801)
    assert linked.refresh(first).json()["error"] == "invalid_grant"
    assert linked.refresh(second).status_code == 200


def test_without_grace_reuse_ends_the_whole_grant(serve: Callable[..., Visitor]) -> None:
    visitor = serve(grace=timedelta())
    visitor.link()
    first = visitor.tokens["refresh_token"]
    visitor.tokens = visitor.refresh(first).json()
    assert visitor.get("Organisation").status_code == 200
    assert visitor.refresh(first).json()["error"] == "invalid_grant"
    assert visitor.refresh(visitor.tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert visitor.get("Organisation").status_code == 401


def test_revoking_ends_the_grant_and_its_connections(linked: Visitor) -> None:
    form = {"token": linked.tokens["refresh_token"]}
    assert linked.http.post(REVOCATION, data=form, auth=CLIENT).status_code == 200
    assert linked.refresh(linked.tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert linked.get("Organisation").status_code == 401
    linked.link("1")
    assert [each["tenantName"] for each in linked.connections()] == ["Pennine Cycle Works"]


def test_revoking_what_is_unknown_is_fine_but_not_for_strangers(visitor: Visitor) -> None:
    form = {"token": "whatever"}
    assert visitor.http.post(REVOCATION, data=form, auth=CLIENT).status_code == 200
    assert visitor.http.post(REVOCATION, data=form, auth=("x", "y")).status_code == 401


def test_disconnecting_one_tenant_leaves_the_other(visitor: Visitor) -> None:
    visitor.link("0", "1")
    first, second = visitor.connections()
    path = f"/connections/{first['id']}"
    assert visitor.http.delete(path, headers=visitor.bearer()).status_code == 204
    assert visitor.http.delete(path, headers=visitor.bearer()).status_code == 404
    gone = visitor.get("Organisation", headers={"Xero-tenant-id": first["tenantId"]})
    assert (gone.status_code, gone.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
    kept = visitor.get("Organisation", headers={"Xero-tenant-id": second["tenantId"]})
    assert kept.json()["Organisations"][0]["OrganisationID"] == second["tenantId"]


def test_consenting_again_keeps_the_connection_under_the_new_event(linked: Visitor) -> None:
    (before,) = linked.connections()
    linked.order("clock", advanceSeconds=60)
    linked.link("0")
    (after,) = linked.connections()
    assert after["id"] == before["id"]
    assert after["authEventId"] != before["authEventId"]
    assert after["createdDateUtc"] == before["createdDateUtc"] < after["updatedDateUtc"]


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    assert body.keys() == {"Type", "Title", "Status", "Detail", "Instance", "Extensions"}
    return answer.status_code, body["Title"], body["Detail"].split(":")[0]


def test_tokens_that_will_not_do_are_refused_in_xeros_words(linked: Visitor) -> None:
    wrong = linked.get("Organisation", headers={"Authorization": "Bearer nonsense"})
    assert refused(wrong) == (401, "Unauthorized", "AuthenticationUnsuccessful")
    nobody = linked.get("Organisation", headers={"Xero-tenant-id": ""})
    assert refused(nobody) == (403, "Forbidden", "AuthenticationUnsuccessful")
    linked.order("clock", advanceSeconds=1800)
    assert refused(linked.get("Organisation")) == (401, "Unauthorized", "TokenExpired")


def test_a_token_reads_only_what_its_scope_names(visitor: Visitor) -> None:
    visitor.link("0", scope="offline_access accounting.invoices.read")
    assert visitor.get("Invoices", page="1").status_code == 200
    assert refused(visitor.get("Contacts")) == (401, "Unauthorized", "AuthorizationUnsuccessful")


def test_access_can_be_ended_revoked_and_disconnected_by_controls(linked: Visitor) -> None:
    assert linked.order("tokens/expire") == {"expired": 1}
    assert linked.get("Organisation").status_code == 401
    linked.tokens = linked.refresh(linked.tokens["refresh_token"]).json()
    assert linked.order("tenants/disconnect", tenant="0") == {"disconnected": True}
    assert linked.get("Organisation").status_code == 403
    assert len(linked.order("grants/revoke")["revoked"]) == 1
    assert linked.refresh(linked.tokens["refresh_token"]).status_code == 400
