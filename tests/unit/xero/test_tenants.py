"""Which organisations a grant is for, and how one is let go."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from functions.xero import disconnect, list_tenants
from shared_code.connect.auth.declared import Granted
from shared_code.connect.tenant import Tenant
from shared_code.errors import Abort, CausewayError, Reauthorise, Retry
from shared_code.fetch.provider import Shown

API = "https://api.example"


def granted(http: httpx.Client, token: SecretStr) -> Granted:
    return Granted(http, token, {}, Shown().of(token))


def token(**claims: object) -> SecretStr:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return SecretStr(f"head.{payload}.signature")


def connection(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "id": f"link-{number}",
        "tenantId": f"org-{number}",
        "tenantName": f"Organisation {number}",
        "tenantType": "ORGANISATION",
        "authEventId": "now",
        **more,
    }


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(answer))


def listed(*connections: dict[str, Any]) -> httpx.Client:
    return client(lambda _: httpx.Response(200, json=list(connections)))


def test_what_was_granted_just_now_is_listed_and_older_grants_are_not() -> None:
    http = listed(connection(1, authEventId="earlier"), connection(2))
    found = list_tenants(API, granted(http, token(authentication_event_id="now")))
    assert found == [Tenant("org-2", "Organisation 2")]


def test_a_practice_is_no_organisation() -> None:
    http = listed(connection(1, tenantType="PRACTICE"), connection(2))
    found = list_tenants(API, granted(http, token(authentication_event_id="now")))
    assert [each.id for each in found] == ["org-2"]


def test_an_organisation_without_a_name_is_shown_by_its_id() -> None:
    http = listed(connection(1, tenantName=None))
    assert list_tenants(API, granted(http, token(authentication_event_id="now")))[0].name == "org-1"


@pytest.mark.parametrize("text", ["opaque", "a.b.c", "a.!!!.c", "a.W10.c"])
def test_a_token_that_tells_nothing_chooses_nothing(text: str) -> None:
    assert list_tenants(API, granted(listed(connection(1)), SecretStr(text))) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Reauthorise), (403, Reauthorise), (429, Retry), (500, Retry), (400, Abort)],
)
def test_a_list_that_is_refused_says_what_to_do(status: int, error: type[CausewayError]) -> None:
    with pytest.raises(error):
        list_tenants(API, granted(client(lambda _: httpx.Response(status)), token()))


@pytest.mark.parametrize("body", ["<html>", "{}", '[{"id": 1}]'])
def test_a_list_that_is_none_is_asked_for_again(body: str) -> None:
    with pytest.raises(Retry):
        list_tenants(API, granted(client(lambda _: httpx.Response(200, text=body)), token()))


def disconnecting(status: int) -> tuple[httpx.Client, list[str]]:
    deleted: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            deleted.append(request.url.path)
            return httpx.Response(status)
        return httpx.Response(200, json=[connection(1), connection(2)])

    return client(answer), deleted


@pytest.mark.parametrize("status", [204, 404])
def test_only_the_organisation_in_question_is_let_go(status: int) -> None:
    http, deleted = disconnecting(status)
    disconnect(API, granted(http, token()), "org-2")
    assert deleted == ["/connections/link-2"]


def test_one_that_is_gone_already_is_no_error() -> None:
    http, deleted = disconnecting(204)
    disconnect(API, granted(http, token()), "org-9")
    assert deleted == []


def test_a_provider_in_trouble_is_told_again_later() -> None:
    http, _ = disconnecting(503)
    with pytest.raises(Retry):
        disconnect(API, granted(http, token()), "org-1")
