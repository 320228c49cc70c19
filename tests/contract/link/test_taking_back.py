"""Tokens that lead to no link are taken back, and nothing is lost or cut on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from local.providers.simulation.faults import Action, Fault
from shared_code.connect.browser import Request
from shared_code.custody.grants import Tokens
from shared_code.custody.withdrawing import Withdrawal
from shared_code.errors import Retry
from shared_code.store.schema import connection_errors, link_attempts
from tests.support.clock import ManualClock
from tests.support.granting import (
    COMPANY,
    CONNECTION,
    REFRESH,
    Browser,
    DeafVault,
    Rig,
    open_rig,
    state_of,
)

OTHER = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def revocable(tmp_path: Path, clock: ManualClock) -> Iterator[Rig]:
    """A provider where a revocation ends one grant."""
    with open_rig(tmp_path, clock, reach="grant") as opened:
        yield opened


def offered(browser: Browser) -> str:
    """Be granted two organisations; gives the state to choose one with."""
    return state_of(browser.link("0", "1").body)


def fail_once(rig: Rig, path: str, method: str = "POST") -> None:
    fault = Fault(action=Action.STATUS, path=path, method=method, status=503, times=1)
    rig.simulator.script.add(fault)


@contextmanager
def no_grant_is_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the vault go between two uses of it: a grant cannot be sealed."""

    def broken(*_: object, **__: object) -> None:
        raise Retry("The vault cannot be reached.")

    with monkeypatch.context() as patched:
        patched.setattr("shared_code.connect.linking.put_grant", broken)
        yield


def test_a_choice_while_the_vault_is_away_spends_nothing(rig: Rig, tmp_path: Path) -> None:
    browser = rig.browser()
    state = offered(browser)
    # Another instance: it has not opened anything yet.
    browser.rig = replace(rig, vault=DeafVault(tmp_path / "vault.json"))
    answer = browser.choose(state, rig.tenants()[0])
    assert (answer.status, "try again in a minute" in answer.body) == (503, True)
    browser.rig = rig
    assert browser.choose(state, rig.tenants()[0]).status == 200
    assert rig.api_status(rig.token()) == 200


def test_a_link_that_is_opened_while_the_vault_is_away_says_so(rig: Rig, tmp_path: Path) -> None:
    away = replace(rig, vault=DeafVault(tmp_path / "vault.json"))
    query = {"companyId": COMPANY, "connectionId": CONNECTION}
    answer = away.flow.authorize(Request(query=query))
    assert (answer.status, "try again in a minute" in answer.body) == (503, True)
    assert not rig.rows(link_attempts)


def test_a_chosen_grant_that_cannot_be_kept_is_taken_back_and_the_user_told(
    revocable: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = revocable.browser()
    state = offered(browser)
    with no_grant_is_kept(monkeypatch):
        answer = browser.choose(state, revocable.tenants()[0])
    assert answer.status == 503
    assert "/connect/xero/authorize" in answer.body
    assert [call.status for call in revocable.revocations()] == [200]
    assert len(revocable.rows(connection_errors)) == 1
    assert browser.link("0").status == 200


def test_a_fresh_grant_that_cannot_be_kept_is_taken_back(
    revocable: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_grant_is_kept(monkeypatch):
        assert revocable.browser().link("0").status == 503
    assert [call.status for call in revocable.revocations()] == [200]


def test_a_grant_whose_choice_cannot_be_kept_is_taken_back(
    revocable: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise Retry("The vault cannot be reached.")

    monkeypatch.setattr("shared_code.connect.attempts.Attempts.wait_for_choice", broken)
    assert revocable.browser().link("0", "1").status == 503
    assert revocable.disconnections() == [204, 204]
    assert [call.status for call in revocable.revocations()] == [200]


@pytest.mark.parametrize(("status", "answer"), [(503, 503), (200, 400)])
def test_a_grant_of_which_nothing_is_known_is_revoked_where_that_hurts_nobody(
    revocable: Rig, status: int, answer: int
) -> None:
    revocable.simulator.script.add(
        Fault(action=Action.STATUS, path="/connections", method="GET", body=[], status=status)
    )
    assert revocable.browser().link("0").status == answer
    assert [call.status for call in revocable.revocations()] == [200]


def test_a_link_that_failed_does_not_cut_anothers_of_the_same_tenant(
    tmp_path: Path, clock: ManualClock
) -> None:
    with open_rig(tmp_path, clock, reach="tenant") as rig:
        assert rig.browser().link("0").status == 200
        rig.new_connection(OTHER)
        fail_once(rig, "/connections", "GET")
        assert rig.browser().link("0", connection_id=OTHER).status == 503
        assert not rig.revocations()
        assert rig.api_status(rig.token()) == 200


def test_what_nobody_chose_is_disconnected_though_its_token_has_run_out(
    rig: Rig, clock: ManualClock
) -> None:
    offered(rig.browser())
    clock.advance(3600)
    rig.flow.sweep()
    assert rig.disconnections() == [204, 204]
    assert len(rig.token_calls(REFRESH)) == 1
    assert not rig.rows(link_attempts)


def test_a_tenant_that_is_linked_is_not_disconnected_with_a_choice_nobody_made(
    rig: Rig, clock: ManualClock
) -> None:
    offered(rig.browser())
    assert rig.browser().link("0").status == 200
    clock.advance(601)
    rig.flow.sweep()
    assert rig.disconnections() == [204]
    assert rig.api_status(rig.token()) == 200


def test_what_is_offered_again_is_left_until_that_is_over(rig: Rig, clock: ManualClock) -> None:
    offered(rig.browser())
    clock.advance(601)
    browser = rig.browser()
    state = offered(browser)
    rig.flow.sweep()
    assert rig.disconnections() == []
    assert browser.choose(state, rig.tenants()[0]).status == 200
    rig.flow.sweep()
    assert rig.disconnections() == [204]
    assert rig.api_status(rig.token()) == 200


def test_what_is_offered_again_during_a_sweep_is_left(
    revocable: Rig, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for organisation in ("0", "2"):
        revocable.browser().link(organisation, "1")
    clock.advance(601)
    late = revocable.browser()
    withdraw = Withdrawal.withdraw

    def withdraw_slowly(self: Withdrawal, tokens: Tokens, *, tenants: Sequence[str]) -> None:
        withdraw(self, tokens, tenants=tenants)
        offered(late)

    monkeypatch.setattr(Withdrawal, "withdraw", withdraw_slowly)
    revocable.flow.sweep()
    assert len(revocable.rows(link_attempts)) == 2
    assert len(revocable.disconnections()) == 2


def test_while_the_provider_is_in_trouble_the_tokens_are_kept_for_the_next_sweep(
    revocable: Rig, clock: ManualClock
) -> None:
    offered(revocable.browser())
    clock.advance(601)
    fail_once(revocable, "/connect/revocation")
    revocable.flow.sweep()
    assert len(revocable.rows(link_attempts)) == 1
    revocable.flow.sweep()
    assert [call.status for call in revocable.revocations()] == [503, 200]
    assert not revocable.rows(link_attempts)


def test_tokens_that_were_refreshed_in_a_sweep_are_kept_for_the_next(
    rig: Rig, clock: ManualClock
) -> None:
    offered(rig.browser())
    clock.advance(3600)
    fail_once(rig, "/connections", "GET")
    rig.flow.sweep()
    rig.flow.sweep()
    assert rig.disconnections() == [204, 204]
    assert len(rig.token_calls(REFRESH)) == 1


def test_tokens_that_cannot_be_opened_hold_no_others_up(revocable: Rig, clock: ManualClock) -> None:
    offered(revocable.browser())
    with revocable.db.write() as tx:
        tx.execute(update(link_attempts).values(sealed_grant=b"\x01\x00broken-broken-broken"))
    offered(revocable.browser())
    clock.advance(601)
    revocable.flow.sweep()
    assert len(revocable.revocations()) == 1
    assert not revocable.rows(link_attempts)


def test_with_a_choice_that_is_denied_all_that_was_granted_is_taken_back(rig: Rig) -> None:
    browser = rig.browser()
    state = offered(browser)
    rig.set_connection(epoch=1)
    assert browser.choose(state, rig.tenants()[1]).status == 409
    assert rig.disconnections() == [204, 204]


def test_with_a_choice_that_is_denied_what_another_tab_offers_stays(rig: Rig) -> None:
    browser, other = rig.browser(), rig.browser()
    state = offered(browser)
    rig.new_connection(OTHER)
    waiting = state_of(other.link("1", "2", connection_id=OTHER).body)
    rig.set_connection(epoch=1)
    assert browser.choose(state, rig.tenants()[0]).status == 409
    assert rig.disconnections() == [204]
    assert other.choose(waiting, rig.tenants()[1]).status == 200
    assert rig.api_status(rig.token(OTHER), OTHER) == 200


def test_a_choice_that_the_store_did_not_take_is_taken_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    browser = rig.browser()
    state = offered(browser)
    monkeypatch.setattr("shared_code.connect.linking.put_grant", broken)
    with pytest.raises(OperationalError):
        browser.choose(state, rig.tenants()[0])
    assert rig.disconnections() == [204, 204]


def test_a_grant_that_the_store_did_not_take_is_taken_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr("shared_code.connect.attempts.Attempts.wait_for_choice", broken)
    with pytest.raises(OperationalError):
        rig.browser().link("0", "1")
    assert rig.disconnections() == [204, 204]


def test_a_tenant_that_is_linked_while_others_are_disconnected_is_spared(rig: Rig) -> None:
    browser = rig.browser()
    assert browser.link("0").status == 200
    rig.set_connection(status="Unlinked", epoch=1)
    first, second = rig.tenants()[:2]
    let_go: list[str] = []

    def disconnect(_: Tokens, tenant_id: str) -> None:
        let_go.append(tenant_id)
        rig.set_connection(status="Linked")

    withdrawal = replace(rig.custodian.withdrawal, disconnect=disconnect)
    held = rig.held()
    assert held
    withdrawal.withdraw(held.grant.tokens, tenants=[second, first])
    assert let_go == [second]
