"""Answers that do not belong to the browser's own attempt: refused before the code is exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shared_code.connect.auth.clients import OAuthClient
from shared_code.connect.browser import Request
from shared_code.store.schema import connection_errors, events, grants
from tests.support.clock import ManualClock
from tests.support.granting import EXCHANGE, Browser, Rig, open_rig

Answer = dict[str, str]


def without_state(_: Rig, browser: Browser) -> Answer:
    answer = browser.consent(browser.start(), "0")
    return {"code": answer["code"]}


def with_unknown_state(_: Rig, browser: Browser) -> Answer:
    return browser.consent(browser.start(), "0") | {"state": "A" * 43}


def with_tampered_state(_: Rig, browser: Browser) -> Answer:
    answer = browser.consent(browser.start(), "0")
    last = "A" if answer["state"][-1] != "A" else "B"
    return answer | {"state": answer["state"][:-1] + last}


def from_another_browser(rig: Rig, _: Browser) -> Answer:
    attacker = rig.browser()
    return attacker.consent(attacker.start(), "0")


def from_another_browser_of_the_same_link(rig: Rig, browser: Browser) -> Answer:
    browser.start()
    return from_another_browser(rig, browser)


def without_the_cookie(_: Rig, browser: Browser) -> Answer:
    answer = browser.consent(browser.start(), "0")
    browser.cookies.clear()
    return answer


def too_late(rig: Rig, browser: Browser) -> Answer:
    answer = browser.consent(browser.start(), "0")
    rig.clock.sleep(601)
    return answer


@pytest.mark.parametrize(
    "attack",
    [
        without_state,
        with_unknown_state,
        with_tampered_state,
        from_another_browser,
        from_another_browser_of_the_same_link,
        without_the_cookie,
        too_late,
    ],
)
def test_an_answer_of_somebody_else_is_refused_and_the_code_is_not_exchanged(
    rig: Rig, attack: Callable[[Rig, Browser], Answer]
) -> None:
    browser = rig.browser()
    answer = browser.come_back(attack(rig, browser))
    assert answer.status == 400
    assert not rig.token_calls(EXCHANGE)
    for table in (grants, events, connection_errors):
        assert not rig.rows(table)
    assert rig.connection().status == "PendingAuth"


def test_a_state_works_once(rig: Rig) -> None:
    browser = rig.browser()
    query = browser.consent(browser.start(), "0")
    assert browser.come_back(query).status == 200
    assert browser.come_back(query).status == 400
    assert len(rig.token_calls(EXCHANGE)) == 1


def test_a_forged_refusal_with_an_unknown_state_leaves_no_trace(rig: Rig) -> None:
    answer = rig.browser().come_back({"state": "A" * 43, "error": "access_denied"})
    assert answer.status == 400
    assert not rig.rows(connection_errors)


def test_a_stranger_cannot_spend_the_state_of_an_honest_browser(rig: Rig) -> None:
    browser = rig.browser()
    query = browser.consent(browser.start(), "0")
    assert rig.browser().come_back(query).status == 400
    assert browser.come_back(query).status == 200


def test_a_code_from_another_attempt_does_not_match_the_verifier(rig: Rig) -> None:
    victim, attacker = rig.browser(), rig.browser()
    mine = victim.consent(victim.start(), "0")
    theirs = attacker.consent(attacker.start(), "1")
    answer = victim.come_back(mine | {"code": theirs["code"]})
    assert answer.status == 400
    assert not rig.rows(grants)


def test_an_error_text_of_the_provider_is_not_shown(rig: Rig) -> None:
    browser = rig.browser()
    query = browser.consent(browser.start())
    answer = browser.come_back(query | {"error": "<script>alert(1)</script>"})
    assert answer.status == 400
    assert "script" not in answer.body
    assert rig.rows(connection_errors)[0].status_text == "unknown"


@pytest.mark.parametrize("iss", [None, "https://evil.example"])
def test_an_answer_of_another_issuer_is_refused_where_the_provider_names_itself(
    rig: Rig, iss: str | None
) -> None:
    spec = replace(rig.oauth.spec, issuer="https://identity.example")
    rig.oauth.spec = spec
    browser = rig.browser()
    query = browser.consent(browser.start(), "0") | ({"iss": iss} if iss else {})
    assert browser.come_back(query).status == 400
    assert not rig.token_calls(EXCHANGE)
    assert isinstance(rig.oauth, OAuthClient)
    assert browser.come_back(query | {"iss": "https://identity.example"}).status == 200


def test_behind_https_the_cookie_cannot_be_set_by_another_host(tmp_path: Path) -> None:
    with open_rig(tmp_path, ManualClock(), public_url="https://causeway.example") as rig:
        query = {"companyId": rig.connection().company_id, "connectionId": rig.connection().id}
        cookie = rig.flow.authorize(Request(query=query)).headers["Set-Cookie"]
    name, _, attributes = cookie.partition("=")
    assert name == "__Host-causeway-link"
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes.split("; "))
    assert "Domain" not in attributes


@pytest.mark.parametrize("planted", ["", "short", "x" * 200, "a b", "é" * 43])
def test_a_cookie_that_we_did_not_make_is_replaced(rig: Rig, planted: str) -> None:
    browser = rig.browser()
    browser.cookies["causeway-link"] = planted
    browser.start()
    assert browser.cookies["causeway-link"] != planted
    assert len(browser.cookies["causeway-link"]) == 43
