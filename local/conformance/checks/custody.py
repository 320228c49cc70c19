"""Checks: tokens are renewed once, survive crashes, and are given back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from local.conformance.checks.needs import needs_grant_that_ends, needs_tokens_that_end
from local.conformance.company import Company, rows_of
from local.conformance.comparing import differences
from local.conformance.store import Cut
from local.conformance.world import World
from shared_code.connect.auth.declared import TokenEndpoint
from shared_code.custody.grants import ALWAYS
from shared_code.custody.refreshing import HOLD
from shared_code.errors import CausewayError, Reauthorise, Retry
from shared_code.fetch.paging import START
from shared_code.store.schema import grants

AT_ONCE = 20


def ask(company: Company) -> None:
    """Make the first call of a sync, with whatever token it takes."""
    source = company.world.connector.source
    first = source.resources[0]
    begun = first.paging.merge([START], company.world.clock.now())
    company.provider().get(source.base_url + first.path, first.paging.ask(begun))


def token(company: Company) -> str:
    """The access token that stands, renewed if need be."""
    custodian = company.world.parts.custodian
    return custodian.access_token(company.id, company.connection_id).get_secret_value()


def expire(company: Company) -> None:
    """Let the access token run out, by the clock that both sides go by."""
    held = company.world.parts.custodian.claims.read(company.owner)
    assert held is not None
    company.world.clock.reach(held.grant.tokens.expires_at + timedelta(seconds=1))


def token_path(world: World) -> str:
    """Where tokens come from; the check is passed over where they come from nowhere."""
    needs_tokens_that_end(world)
    auth = world.connector.auth
    assert isinstance(auth, TokenEndpoint)
    return "/" + auth.token_url.split("/", 3)[3]


class Custody:
    """One refresh, however many ask; and no grant lost by a crash."""

    def test_twenty_calls_that_find_the_token_expired_refresh_once(self, world: World) -> None:
        self._refresh_once(world)

    @pytest.mark.long
    def test_twenty_calls_refresh_once_fifty_times_over(self, world: World) -> None:
        for _ in range(50):
            self._refresh_once(world)

    def _refresh_once(self, world: World) -> None:
        needs_tokens_that_end(world)
        company = world.company()
        expire(company)
        since = world.last_call()
        with world.clock.standing(), ThreadPoolExecutor(AT_ONCE) as pool:
            for asked in [pool.submit(ask, company) for _ in range(AT_ONCE)]:
                asked.result()
        company.note_tokens()
        assert world.refreshes(since) == 1

    def test_a_token_that_is_refused_is_renewed_once_and_the_call_made_again(
        self, world: World
    ) -> None:
        needs_tokens_that_end(world)
        company, since = world.company(), world.last_call()
        world.simulator.expire_tokens()
        ask(company)
        company.note_tokens()
        assert world.refreshes(since) == 1
        assert [each.status for each in world.asked(since)] == [401, 200]

    def test_a_crash_in_the_middle_of_a_refresh_is_recovered_within_the_grace(
        self, world: World
    ) -> None:
        company = self._crashed(world)
        grace = world.connector.auth.rules.refresh_grace
        if not grace:
            self._asks_for_consent(company)
            return
        company.age(HOLD + timedelta(seconds=1))
        ask(company)
        company.note_tokens()
        assert company.row().status == "Linked"

    def test_a_crash_that_is_found_after_the_grace_asks_for_consent(self, world: World) -> None:
        grace = world.connector.auth.rules.refresh_grace
        if grace == ALWAYS:
            pytest.skip("refresh tokens of this provider do not rotate")
        company = self._crashed(world)
        company.age(max(grace, HOLD) + timedelta(seconds=1))
        self._asks_for_consent(company)

    def _crashed(self, world: World) -> Company:
        """Lose the power after the provider has rotated the tokens, before they are stored."""
        needs_tokens_that_end(world)
        company = world.company()
        expire(company)
        since = world.last_call()
        # The claim is committed at the second point; at the third the new tokens would be.
        world.db.cut_at(3)
        with pytest.raises(Cut):
            token(company)
        world.db.cut_at(0)
        assert world.refreshes(since) == 1
        return company

    def _asks_for_consent(self, company: Company) -> None:
        since = company.world.last_call()
        with pytest.raises(Reauthorise):
            token(company)
        assert company.row().status == "Deauthorized"
        assert company.world.refreshes(since) == 0
        company.link(company.organisation)
        assert company.row().status == "Linked"

    def test_an_answer_of_the_token_endpoint_that_is_lost_costs_no_grant_within_the_grace(
        self, world: World
    ) -> None:
        path = token_path(world)
        if not world.connector.auth.rules.refresh_grace:
            pytest.skip("this provider honours no token twice")
        company = world.company()
        expire(company)
        with world.trouble(action="lose", path=path, times=1), pytest.raises(Retry):
            token(company)
        company.age(HOLD + timedelta(seconds=1))
        assert token(company)
        company.note_tokens()

    def test_a_token_endpoint_in_trouble_costs_no_grant(self, world: World) -> None:
        path, company = token_path(world), world.company()
        expire(company)
        with world.trouble(action="status", status=503, path=path, times=1), pytest.raises(Retry):
            token(company)
        company.age(HOLD + timedelta(seconds=1))
        assert token(company)
        company.note_tokens()
        assert company.row().status == "Linked"

    def test_a_grant_that_was_revoked_asks_for_consent_and_keeps_the_data(
        self, world: World
    ) -> None:
        needs_grant_that_ends(world)
        company = world.company()
        company.sync_first()
        kept, since = company.contents(), world.last_call()
        world.simulator.revoke_grants()
        world.forget_grants()
        assert set(company.sync().values()) == {"AuthError"}
        assert company.row().status == "Deauthorized"
        assert len(world.simulator.calls(since=since)) <= 3
        assert not differences(company.contents(), kept)

    def test_a_tenant_that_was_disconnected_deauthorises_and_keeps_the_data(
        self, world: World
    ) -> None:
        tenant = world.tenant()
        company = world.company(tenant)
        company.sync_first()
        kept, since = company.contents(), world.last_call()
        world.simulator.disconnect(tenant)
        assert set(company.sync().values()) == {"AuthError"}
        assert company.row().status == "Deauthorized"
        assert len(world.simulator.calls(since=since)) <= 3
        assert not differences(company.contents(), kept)

    def test_unlinking_gives_the_access_back_and_keeps_the_data(self, world: World) -> None:
        tenant = world.tenant()
        company = world.company(tenant)
        company.sync_first()
        kept, provider, since = company.contents(), company.provider(), world.last_call()
        held = token(company)
        rows = rows_of(world, grants)
        company.unlink()
        assert company.row().status == "Unlinked"
        assert rows_of(world, grants) == rows - 1
        assert not differences(company.contents(), kept)
        with pytest.raises(CausewayError):
            provider.tokens.token()
        if not self._gives_back(world):
            pytest.skip("this provider has no way to give access back")
        assert world.simulator.calls(since=since)
        assert world.reach_with(held, provider) in (401, 403)

    def _gives_back(self, world: World) -> bool:
        auth = world.connector.auth
        return bool(world.connector.disconnect or getattr(auth, "revocation_url", None))
