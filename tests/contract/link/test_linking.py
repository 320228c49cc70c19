"""The link flow from the browser's first click to a linked connection, against the simulator."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from local.providers.simulation.faults import Action, Fault
from shared_code.connect.browser import Request
from shared_code.store.schema import (
    commands,
    companies,
    connection_errors,
    events,
    grants,
    link_attempts,
    pulls,
    sync_settings,
)
from tests.support.clock import ManualClock
from tests.support.granting import CLIENT, COMPANY, CONNECTION, EXCHANGE, Rig, state_of

OTHER = "33333333-3333-4333-8333-333333333333"


def event_types(rig: Rig) -> list[str]:
    return [row.event_type for row in rig.rows(events)]


def test_a_company_that_consents_is_linked_and_its_first_sync_is_ordered(rig: Rig) -> None:
    answer = rig.browser().link("0")
    row = rig.connection()
    assert answer.status == 200
    assert "Xero is connected" in answer.body
    assert html.escape(row.tenant_name) in answer.body
    assert (row.status, row.tenant_id, row.epoch) == ("Linked", rig.tenants()[0], 0)
    assert row.linked_at == rig.clock.now()
    assert event_types(rig) == ["connection.connected"]
    assert [row.kind for row in rig.rows(commands)] == ["sync"]
    assert len(rig.rows(pulls)) == len(rig.flow.integration.data_types)
    assert [queue for queue, _ in rig.queue.sent] == ["xero-commands"]
    assert rig.api_status(rig.token()) == 200


def test_the_event_shows_the_connection_as_the_contract_does(rig: Rig) -> None:
    rig.browser().link("0")
    payload = rig.rows(events)[0].payload
    assert payload["referenceCompany"]["id"] == COMPANY
    assert payload["connection"]["id"] == CONNECTION
    assert payload["connection"]["status"] == "Linked"
    assert "null" not in json.dumps(payload)


def test_the_consent_page_is_asked_with_a_challenge_and_a_long_state(rig: Rig) -> None:
    page = rig.browser().start()
    assert "code_challenge_method=S256" in page
    state = re.search(r"[?&]state=([^&]+)", page)
    challenge = re.search(r"code_challenge=([\w-]{43})(&|$)", page)
    assert state
    assert len(state[1]) == 43
    assert challenge


def test_types_that_settings_leave_out_are_not_read_first(rig: Rig) -> None:
    def setting(company_id: str, data_type: str, *, fetch: bool) -> dict[str, object]:
        return {
            "client_id": CLIENT,
            "company_id": company_id,
            "data_type": data_type,
            "fetch_on_first_link": fetch,
            "sync_schedule": 0,
            "sync_order": 0,
        }

    with rig.db.write() as tx:
        tx.execute(
            insert(sync_settings),
            [
                setting("", "invoices", fetch=False),
                setting("", "bills", fetch=False),
                setting(COMPANY, "bills", fetch=True),
            ],
        )
    rig.browser().link("0")
    read = {row.data_type for row in rig.rows(pulls)}
    assert "invoices" not in read
    assert "bills" in read


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"companyId": COMPANY},
        {"companyId": COMPANY, "connectionId": "no-such"},
        {"companyId": "' or 1=1 --", "connectionId": CONNECTION},
    ],
)
def test_a_link_that_leads_nowhere_gets_a_friendly_page(rig: Rig, query: dict[str, str]) -> None:
    answer = rig.flow.authorize(Request(query=query))
    assert answer.status == 404
    assert "This link is not valid" in answer.body
    assert not rig.rows(link_attempts)


def test_a_deleted_connection_or_company_cannot_be_linked(rig: Rig) -> None:
    query = {"companyId": COMPANY, "connectionId": CONNECTION}
    rig.set_connection(deleted_at=rig.clock.now())
    assert rig.flow.authorize(Request(query=query)).status == 404
    rig.set_connection(deleted_at=None)
    with rig.db.write() as tx:
        tx.execute(update(companies).values(deleted_at=rig.clock.now()))
    assert rig.flow.authorize(Request(query=query)).status == 404


def test_a_user_who_cancels_leaves_the_connection_pending(rig: Rig) -> None:
    answer = rig.browser().link()
    [entry] = rig.rows(connection_errors)
    assert "was not linked" in answer.body
    assert "/connect/xero/authorize" in answer.body
    assert (entry.status_code, entry.message) == ("403", "User cancelled")
    assert rig.connection().status == "PendingAuth"
    assert event_types(rig) == ["connection.failed"]


def test_linking_resolves_what_went_wrong_before(rig: Rig) -> None:
    browser = rig.browser()
    browser.link()
    browser.link("0")
    assert rig.rows(connection_errors)[0].resolved_at == rig.clock.now()


def test_several_organisations_are_offered_and_one_is_linked(rig: Rig) -> None:
    browser = rig.browser()
    asked = browser.link("0", "1")
    assert asked.status == 200
    assert asked.body.count('<input type="radio"') == 2
    assert rig.connection().status == "PendingAuth"
    answer = browser.choose(state_of(asked.body), rig.tenants()[1])
    assert answer.status == 200
    assert rig.connection().tenant_id == rig.tenants()[1]
    assert rig.api_status(rig.token()) == 200
    assert rig.rows(link_attempts)[0].sealed_grant is None


def test_a_choice_counts_once_in_its_browser_and_only_among_what_was_offered(rig: Rig) -> None:
    browser = rig.browser()
    state = state_of(browser.link("0", "1").body)
    assert rig.browser().choose(state, rig.tenants()[0]).status == 400
    assert browser.choose(state, rig.tenants()[2]).status == 400
    assert browser.choose("x" * 43, rig.tenants()[0]).status == 400
    assert rig.connection().status == "PendingAuth"
    assert browser.choose(state, rig.tenants()[0]).status == 200
    assert browser.choose(state, rig.tenants()[1]).status == 400
    assert rig.connection().tenant_id == rig.tenants()[0]


def test_a_choice_that_comes_too_late_is_refused_and_its_tokens_are_swept(
    rig: Rig, clock: ManualClock
) -> None:
    browser = rig.browser()
    state = state_of(browser.link("0", "1").body)
    clock.advance(601)
    assert browser.choose(state, rig.tenants()[0]).status == 400
    rig.flow.sweep()
    assert not rig.rows(link_attempts)
    assert rig.disconnections() == [204, 204]


def test_two_tabs_may_both_be_open_and_either_may_finish(rig: Rig) -> None:
    browser = rig.browser()
    first, second = browser.start(), browser.start()
    assert browser.come_back(browser.consent(first, "0")).status == 200
    assert rig.connection().status == "Linked"
    assert browser.come_back(browser.consent(second, "0")).status == 200
    assert event_types(rig) == ["connection.connected"]
    assert rig.api_status(rig.token()) == 200


def test_of_two_tabs_with_different_organisations_one_is_linked_the_other_refused(
    rig: Rig,
) -> None:
    browser = rig.browser()
    first, second = browser.start(), browser.start()
    browser.come_back(browser.consent(first, "0"))
    answer = browser.come_back(browser.consent(second, "1"))
    row = rig.connection()
    assert answer.status == 409
    assert html.escape(row.tenant_name) in answer.body
    assert row.tenant_id == rig.tenants()[0]
    assert len(rig.rows(grants)) == 1
    assert rig.api_status(rig.token()) == 200
    # What the second tab was granted is gone at the provider.
    assert rig.disconnections() == [204]
    assert not rig.rows(connection_errors)


@pytest.mark.parametrize("status", ["Unlinked", "Deauthorized"])
def test_linking_again_raises_the_epoch_and_is_told_as_reconnected(rig: Rig, status: str) -> None:
    browser = rig.browser()
    browser.link("0")
    rig.set_connection(status=status, epoch=3)
    pulled = len(rig.rows(pulls))
    # The tenant is known: of two that are granted nobody has to choose.
    assert browser.link("0", "1").status == 200
    assert rig.connection().status == "Linked"
    assert rig.connection().epoch == 4
    assert event_types(rig) == ["connection.connected", "connection.reconnected"]
    assert len(rig.rows(pulls)) == pulled


def test_an_attempt_older_than_an_unlink_is_refused(rig: Rig) -> None:
    browser = rig.browser()
    page = browser.start()
    rig.set_connection(epoch=1)
    answer = browser.come_back(browser.consent(page, "0"))
    assert answer.status == 409
    assert rig.connection().status == "PendingAuth"
    assert not rig.rows(grants)


def test_a_connection_deleted_while_its_user_consents_stays_deleted(rig: Rig) -> None:
    browser = rig.browser()
    page = browser.start()
    rig.set_connection(deleted_at=rig.clock.now(), epoch=1)
    assert browser.come_back(browser.consent(page, "0")).status == 404
    assert not rig.rows(grants)
    assert not rig.rows(events)


def test_a_company_has_one_active_accounting_connection(rig: Rig) -> None:
    browser = rig.browser()
    browser.link("0")
    rig.new_connection(OTHER)
    answer = browser.link("1", connection_id=OTHER)
    assert answer.status == 409
    assert "already has an accounting platform" in answer.body
    assert rig.connection(OTHER).status == "PendingAuth"
    assert rig.api_status(rig.token()) == 200


def test_one_organisation_is_linked_once_in_a_company_and_stays_linked(rig: Rig) -> None:
    browser = rig.browser()
    browser.link("0")
    rig.new_connection(OTHER)
    answer = browser.link("0", connection_id=OTHER)
    assert answer.status == 409
    assert "already linked to this company" in answer.body
    assert rig.api_status(rig.token()) == 200


def test_a_provider_in_trouble_leaves_the_connection_pending_and_says_so(rig: Rig) -> None:
    rig.simulator.script.add(Fault(action=Action.STATUS, path="/connect/token", status=503))
    answer = rig.browser().link("0")
    assert answer.status == 503
    assert "could not complete the link" in answer.body
    assert rig.rows(connection_errors)[0].status_code == "500"
    assert event_types(rig) == ["connection.failed"]
    assert rig.browser().link("0").status == 200


def test_a_grant_without_a_tenant_is_not_linked(rig: Rig) -> None:
    rig.simulator.script.add(
        Fault(action=Action.STATUS, path="/connections", method="GET", body=[], status=200)
    )
    answer = rig.browser().link("0")
    assert answer.status == 400
    assert "No organisation was chosen" in answer.body
    assert rig.connection().status == "PendingAuth"


def test_every_answer_forbids_framing_keeping_and_referring(rig: Rig) -> None:
    browser = rig.browser()
    for answer in (browser.link("0"), browser.come_back({}), rig.flow.authorize(Request())):
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_access_token_is_exchanged_once_for_each_link(rig: Rig) -> None:
    rig.browser().link("0")
    assert len(rig.token_calls(EXCHANGE)) == 1
    [grant] = rig.rows(grants)
    assert grant.expires_at == rig.clock.now() + timedelta(minutes=30)
    assert "offline_access" in grant.scopes
