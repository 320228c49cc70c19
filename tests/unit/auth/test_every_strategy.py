"""Whatever the strategy: one browser, one use, one refresh, and no secret lies open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from structlog.testing import capture_logs

from shared_code.connect.auth.declared import OAuth
from shared_code.custody.custodian import ConnectionTokens
from shared_code.custody.grants import FOREVER, GrantRules, Tokens
from shared_code.custody.refreshing import HOLD, Claims, Held
from shared_code.custody.sealing import Sealer
from shared_code.errors import Reauthorise, Retry
from shared_code.ports.clock import SystemClock
from shared_code.store.schema import grants
from tests.support.granting import DeafVault
from tests.support.shop import COMPANY, CONNECTION
from tests.support.stores import bytes_of
from tests.support.strategies import CASES, Bench, open_bench

RENEWED = {name: case for name, case in CASES.items() if case.renews}
ENDLESS = {name: case for name, case in CASES.items() if not case.renews}
LATER = timedelta(days=1).total_seconds()


class PowerCut(BaseException):
    """Nothing may catch it."""


@pytest.fixture(params=CASES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, CASES[request.param]) as opened:
        yield opened


@pytest.fixture(params=RENEWED)
def renewed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, CASES[request.param]) as opened:
        opened.link()
        yield opened


def test_a_company_that_grants_access_is_linked_to_its_tenant(bench: Bench) -> None:
    bench.link()
    row = bench.rig.connection()
    assert row.tenant_id == bench.case.tenant_id
    assert bench.held().grant.state == "active"
    assert bench.token() == bench.held().grant.tokens.access
    assert bench.rig.rows("select * from pulls")


def test_the_last_step_counts_once(bench: Bench) -> None:
    state, _ = bench.finish()
    calls = len(bench.server.grants)
    assert bench.again(state).status == 400
    assert len(bench.server.grants) == calls


def test_the_last_step_counts_in_its_own_browser_only(bench: Bench) -> None:
    state = bench.begin()
    bench.cookies = {}
    assert bench.again(state).status == 400
    bench.cookies = {"causeway-link": "x" * 43}
    assert bench.again(state).status == 400
    assert bench.server.grants == []
    assert bench.rig.connection().status == "PendingAuth"


def test_the_last_step_counts_for_ten_minutes(bench: Bench) -> None:
    state = bench.begin()
    bench.rig.clock.advance(601)
    assert bench.again(state).status == 400
    assert bench.server.grants == []


def test_what_was_typed_in_while_the_vault_is_away_may_be_sent_again(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["shop typed in"]) as bench:
        state, flow = bench.begin(), bench.flow
        away = Sealer(DeafVault(tmp_path / "vault.json"), flow.sealer.platform)
        bench.flow = replace(flow, sealer=away)
        answer = bench.post(state)
        assert (answer.status, "try again in a minute" in answer.body) == (503, True)
        bench.flow = flow
        assert bench.post(state).status == 200


def test_a_redirect_that_no_strategy_expects_is_refused(bench: Bench) -> None:
    state = bench.begin()
    if not isinstance(bench.case.auth, OAuth):
        assert bench.back({"state": state, "code": "c"}).status == 400
        assert bench.post(state).status == 200


def test_no_secret_lies_open_in_the_store_or_shows_in_a_log(bench: Bench, tmp_path: Path) -> None:
    with capture_logs() as logs:
        bench.link()
        bench.rig.clock.advance(LATER)
        bench.token()
    kept = [each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()]
    written = b"".join([bytes_of(bench.rig.db), *kept])
    assert COMPANY.encode() in written
    assert b"canary" not in written
    assert "canary" not in repr(logs) + repr(bench.held().grant)


def test_unlinking_ends_the_grant_here_and_at_a_provider_that_can(bench: Bench) -> None:
    bench.link()
    bench.rig.set_connection(status="Unlinked", epoch=1)
    bench.custodian.revoke(COMPANY, CONNECTION)
    assert bench.stored() == []
    revocable = isinstance(bench.case.auth, OAuth) and bench.case.auth.revocation_url
    assert len(bench.server.revoked) == bool(revocable)


def test_a_revocation_names_what_the_provider_knows(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["account in the answer, no end"]) as bench:
        bench.link()
        bench.rig.set_connection(status="Unlinked", epoch=1)
        bench.custodian.revoke(COMPANY, CONNECTION)
        [fields] = bench.server.revoked
    assert fields["stripe_user_id"] == "acct_1"
    assert "token" not in fields


def test_a_token_is_replaced_before_it_runs_out_and_no_sooner(renewed: Bench) -> None:
    life, margin = renewed.case.manner.life, renewed.case.auth.rules.refresh_margin
    assert life
    renewed.rig.clock.advance(life - margin.total_seconds() - 1)
    first = renewed.token()
    assert len(renewed.server.grants) == 1
    renewed.rig.clock.advance(1)
    assert renewed.token() != first
    assert len(renewed.server.grants) == 2


def test_a_grant_goes_on_for_many_renewals(renewed: Bench) -> None:
    for count in range(2, 32):
        renewed.rig.clock.advance(LATER)
        assert renewed.token().get_secret_value() == f"canary-access-{count}"


@pytest.mark.parametrize("name", RENEWED)
def test_twenty_syncs_that_find_it_run_out_cause_one_renewal(name: str, tmp_path: Path) -> None:
    # The server's own clock goes on as well: it would refuse to renew what has not run out.
    case = RENEWED[name]
    lenient = replace(case, manner=replace(case.manner, early_refresh=True))
    with open_bench(tmp_path, lenient, SystemClock()) as bench:
        bench.link()
        with bench.rig.db.write() as tx:
            tx.execute(update(grants).values(expires_at=SystemClock().now()))
        together = threading.Barrier(20)

        def ask() -> SecretStr:
            together.wait()
            return bench.token()

        with ThreadPoolExecutor(20) as pool:
            given = {each.result() for each in [pool.submit(ask) for _ in range(20)]}
    assert given == {SecretStr("canary-access-2")}
    assert len(bench.server.grants) == 2


class DoomedClaims(Claims):
    """The claims of a process that dies before it stores what it was given."""

    def store(self, claim: Held, tokens: Tokens) -> bool:
        del claim, tokens
        raise PowerCut


def crash_while_storing(bench: Bench) -> None:
    """Renew, and lose the power after the provider has answered."""
    claims = bench.custodian.claims
    doomed = DoomedClaims(claims.db, claims.clock, claims.sealer, claims.rules)
    bench.rig.clock.advance(LATER)
    with pytest.raises(PowerCut):
        replace(bench.custodian, claims=doomed).access_token(COMPANY, CONNECTION)
    assert bench.held().grant.state == "refreshing"


def test_a_crash_after_the_answer_costs_nothing_within_the_grace(renewed: Bench) -> None:
    crash_while_storing(renewed)
    renewed.rig.clock.advance(HOLD.total_seconds())
    if renewed.case.auth.rules.refresh_grace > HOLD:
        assert renewed.token().get_secret_value() == "canary-access-3"
        return
    calls = len(renewed.server.grants)
    with pytest.raises(Reauthorise):
        renewed.token()
    # Nobody shows a refresh token again that may have been used.
    assert len(renewed.server.grants) == calls
    assert renewed.rig.connection().status == "Deauthorized"


def test_upkeep_settles_a_renewal_that_nobody_survived(renewed: Bench) -> None:
    crash_while_storing(renewed)
    renewed.rig.clock.advance(HOLD.total_seconds() + 1)
    renewed.custodian.keep_alive()
    survives = renewed.case.auth.rules.refresh_grace > HOLD
    assert renewed.rig.connection().status == ("Linked" if survives else "Deauthorized")


def test_an_idle_grant_is_renewed_at_half_of_what_the_provider_allows(tmp_path: Path) -> None:
    case = CASES["five minutes"]
    rules = GrantRules(idle_limit=timedelta(days=31))
    with open_bench(tmp_path, replace(case, auth=replace(case.auth, rules=rules))) as bench:
        bench.link()
        bench.rig.clock.advance(timedelta(days=15).total_seconds())
        assert bench.custodian.keep_alive() == 0
        bench.rig.clock.advance(timedelta(days=1).total_seconds())
        assert bench.custodian.keep_alive() == 1


def test_a_token_that_may_not_be_renewed_early_is_waited_for(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["not before its end"]) as bench:
        bench.link()
        tokens = ConnectionTokens(bench.custodian, COMPANY, CONNECTION)
        bench.rig.clock.advance(200)
        with pytest.raises(Retry) as raised:
            tokens.refused(tokens.token())
        assert raised.value.retry_after == 400
        assert bench.server.grants == ["authorization_code"]
        bench.rig.clock.advance(400)
        assert tokens.token().get_secret_value() == "canary-access-2"


@pytest.mark.parametrize("name", ENDLESS)
def test_a_token_without_an_end_lasts_until_it_is_refused(name: str, tmp_path: Path) -> None:
    with open_bench(tmp_path, ENDLESS[name]) as bench:
        bench.link()
        bench.rig.clock.advance(timedelta(days=4000).total_seconds())
        assert bench.held().grant.tokens.expires_at == FOREVER
        first = bench.token()
        bench.custodian.keep_alive()
        assert bench.token() == first
        if bench.held().grant.tokens.refresh is None:
            with pytest.raises(Reauthorise):
                bench.custodian.refused(COMPANY, CONNECTION, first)
            assert bench.rig.connection().status == "Deauthorized"
