"""Checks: how a company is linked, and who may not."""

from __future__ import annotations

from local.conformance.browser import consent_page
from local.conformance.checks.needs import needs_redirect, needs_tenants
from local.conformance.company import rows_of
from local.conformance.world import World
from shared_code.store.schema import connection_errors, grants


def _token_calls(world: World, since: int) -> int:
    return sum(each.grant_type is not None for each in world.simulator.calls(since=since))


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
        needs_redirect(world)
        company, browser, since = world.unlinked(), world.browser(), world.last_call()
        query = browser.consent(browser.start(company.id, company.connection_id), world.pristine)
        assert world.browser().come_back(query).status == 400
        assert not _token_calls(world, since)
        assert company.row().status == "PendingAuth"
        assert browser.come_back(query).status == 200

    def test_an_answer_counts_once(self, world: World) -> None:
        needs_redirect(world)
        company, browser = world.unlinked(), world.browser()
        step = browser.start(company.id, company.connection_id)
        query = browser.consent(step, world.pristine)
        browser.come_back(query)
        since, linked = world.last_call(), company.row()
        assert browser.come_back(query).status == 400
        assert company.row() == linked
        assert not _token_calls(world, since)

    def test_a_forged_state_is_refused_before_the_provider_is_asked(self, world: World) -> None:
        needs_redirect(world)
        company, browser, since = world.unlinked(), world.browser(), world.last_call()
        browser.start(company.id, company.connection_id)
        for query in ({"code": "a-code"}, {"code": "a-code", "state": "A" * 43}):
            assert browser.come_back(query).status == 400
        assert not _token_calls(world, since)
        assert company.row().status == "PendingAuth"

    def test_an_answer_that_comes_too_late_is_refused(self, world: World) -> None:
        needs_redirect(world)
        company, browser = world.unlinked(), world.browser()
        step = browser.start(company.id, company.connection_id)
        query = browser.consent(step, world.pristine)
        world.clock.advance(601)
        since = world.last_call()
        assert browser.come_back(query).status == 400
        assert not _token_calls(world, since)

    def test_a_code_of_another_attempt_links_nobody(self, world: World) -> None:
        needs_redirect(world)
        mine, theirs = world.browser(), world.browser()
        company, other = world.unlinked(), world.unlinked()
        query = mine.consent(mine.start(company.id, company.connection_id), world.pristine)
        stolen = theirs.consent(theirs.start(other.id, other.connection_id), world.tenant())
        answer = mine.come_back({**query, "code": stolen["code"]})
        # Where there is no PKCE the code cannot be told from the right one.
        if world.connector.auth.pkce:  # type: ignore[union-attr]
            assert answer.status == 400
            assert company.row().status == "PendingAuth"

    def test_a_user_who_refuses_leaves_nothing_behind(self, world: World) -> None:
        needs_redirect(world)
        company, browser, before = world.unlinked(), world.browser(), rows_of(world, grants)
        noted = rows_of(world, connection_errors)
        answer = browser.come_back(
            browser.consent(browser.start(company.id, company.connection_id))
        )
        assert "not linked" in answer.body
        assert company.row().status == "PendingAuth"
        assert rows_of(world, grants) == before
        assert rows_of(world, connection_errors) == noted + 1

    def test_of_several_tenants_the_chosen_one_is_linked(self, world: World) -> None:
        needs_redirect(world)
        needs_tenants(world)
        company, browser, second = world.unlinked(), world.browser(), world.tenant()
        step = browser.start(company.id, company.connection_id)
        offered = browser.come_back(browser.consent(step, world.pristine, second))
        assert company.row().status == "PendingAuth"
        assert browser.choose(offered, "not-offered").status == 400
        assert browser.choose(offered, second).status == 200
        assert company.row().tenant_id == second

    def test_a_tenant_never_changes(self, world: World) -> None:
        needs_redirect(world)
        needs_tenants(world)
        company = world.company()
        answer = company.link(world.tenant())
        assert answer.status == 409
        assert company.row().tenant_id == world.pristine

    def test_the_consent_page_is_asked_for_as_declared(self, world: World) -> None:
        needs_redirect(world)
        company = world.unlinked()
        page = consent_page(world.browser().start(company.id, company.connection_id)) or ""
        assert "state=" in page
        assert ("code_challenge_method=S256" in page) is world.connector.auth.pkce  # type: ignore[union-attr]
        assert world.simulator.client_secret not in page
