"""Checks: how a company is linked, and who may not."""

from __future__ import annotations

from local.conformance.browser import consent_page
from local.conformance.checks.needs import (
    needs_another_tenant,
    needs_redirect,
    needs_tenants,
    needs_typed_secret,
)
from local.conformance.company import rows_of
from local.conformance.world import World
from shared_code.store.schema import connection_errors, grants


def _unlike(secret: str) -> str:
    """Another secret that looks the same."""
    return secret[:-1] + ("0" if secret[-1] != "0" else "1")


class Linking:
    """From a browser's first click to a linked connection."""

    def test_a_company_that_consents_is_linked_and_its_token_works(self, world: World) -> None:
        company = world.unlinked()
        assert company.link(world.pristine).status == 200
        row = company.row()
        assert row.status == "Linked"
        assert row.tenant_id
        assert row.tenant_name
        first = world.connector.source.resources[0]
        url = world.connector.source.base_url + first.path
        begun = first.paging.merge([{}], world.clock.now())
        assert company.provider().get(url, first.paging.ask(begun)).is_success

    def test_the_first_sync_reads_everything_that_is_declared(self, world: World) -> None:
        assert set(world.settled.statuses()) == set(world.data_types)

    def test_an_answer_counts_in_the_browser_that_asked_and_in_no_other(self, world: World) -> None:
        company, browser = world.unlinked(), world.browser()
        answer = browser.consent(browser.start(company, world.pristine), world.pristine)
        since = world.last_call()
        assert world.browser().come_back(answer).status == 400
        assert not world.simulator.calls(since=since)
        assert company.row().status == "PendingAuth"
        assert browser.come_back(answer).status == 200

    def test_an_answer_counts_once(self, world: World) -> None:
        company, browser = world.unlinked(), world.browser()
        answer = browser.consent(browser.start(company, world.pristine), world.pristine)
        browser.come_back(answer)
        since, linked = world.last_call(), company.row()
        assert browser.come_back(answer).status == 400
        assert company.row() == linked
        assert not world.simulator.calls(since=since)

    def test_a_forged_state_is_refused_before_the_provider_is_asked(self, world: World) -> None:
        company, browser = world.unlinked(), world.browser()
        answer = browser.consent(browser.start(company, world.pristine), world.pristine)
        since = world.last_call()
        for state in ({}, {"state": "A" * 43}):
            rest = {name: value for name, value in answer.items() if name != "state"}
            assert browser.come_back({**rest, **state}).status == 400
        assert not world.simulator.calls(since=since)
        assert company.row().status == "PendingAuth"

    def test_an_answer_that_comes_too_late_is_refused(self, world: World) -> None:
        company, browser = world.unlinked(), world.browser()
        answer = browser.consent(browser.start(company, world.pristine), world.pristine)
        world.clock.advance(601)
        since = world.last_call()
        assert browser.come_back(answer).status == 400
        assert not world.simulator.calls(since=since)

    def test_a_code_of_another_attempt_links_nobody(self, world: World) -> None:
        needs_redirect(world)
        mine, theirs = world.browser(), world.browser()
        company, other = world.unlinked(), world.unlinked()
        tenant = world.tenant()
        query = mine.consent(mine.start(company, world.pristine), world.pristine)
        stolen = theirs.consent(theirs.start(other, tenant), tenant)
        answer = mine.come_back({**query, "code": stolen["code"]})
        # Where there is no PKCE the code cannot be told from the right one.
        if world.connector.auth.pkce:  # type: ignore[union-attr]
            assert answer.status == 400
            assert company.row().status == "PendingAuth"

    def test_a_user_who_refuses_leaves_nothing_behind(self, world: World) -> None:
        needs_redirect(world)
        company, browser, before = world.unlinked(), world.browser(), rows_of(world, grants)
        noted = rows_of(world, connection_errors)
        answer = browser.come_back(browser.consent(browser.start(company, world.pristine)))
        assert "not linked" in answer.body
        assert company.row().status == "PendingAuth"
        assert rows_of(world, grants) == before
        assert rows_of(world, connection_errors) == noted + 1

    def test_of_several_tenants_the_chosen_one_is_linked(self, world: World) -> None:
        needs_tenants(world)
        company, browser, second = world.unlinked(), world.browser(), world.tenant()
        step = browser.start(company, world.pristine)
        offered = browser.come_back(browser.consent(step, world.pristine, second))
        assert company.row().status == "PendingAuth"
        assert browser.choose(offered, "not-offered").status == 400
        assert browser.choose(offered, second).status == 200
        assert company.row().tenant_id == second

    def test_a_tenant_never_changes(self, world: World) -> None:
        needs_another_tenant(world)
        company = world.company()
        linked = company.row().tenant_id
        assert company.link(world.tenant()).status == 409
        assert company.row().tenant_id == linked

    def test_a_secret_that_the_provider_does_not_know_links_nobody(self, world: World) -> None:
        """Whatever can be typed in is tried at the provider before it counts."""
        needs_typed_secret(world)
        secret = {each.name for each in world.connector.auth.asks if each.secret}
        company, browser, before = world.unlinked(), world.browser(), rows_of(world, grants)
        answer = browser.consent(browser.start(company, world.pristine), world.pristine)
        wrong = {name: _unlike(answer[name]) for name in secret}
        refusal = browser.come_back({**answer, **wrong})
        assert refusal.status == 400
        assert not any(each in refusal.body for each in wrong.values())
        assert company.row().status == "PendingAuth"
        assert rows_of(world, grants) == before

    def test_the_consent_page_is_asked_for_as_declared(self, world: World) -> None:
        needs_redirect(world)
        company = world.unlinked()
        page = consent_page(world.browser().start(company, world.pristine)) or ""
        assert "state=" in page
        assert ("code_challenge_method=S256" in page) is world.connector.auth.pkce  # type: ignore[union-attr]
        assert world.simulator.client_secret not in page
