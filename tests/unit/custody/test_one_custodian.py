"""One refresh per grant, and none is lost between the provider and the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.exc import TimeoutError as NoConnection

from shared_code.connect.addresses import Addresses
from shared_code.connect.status import AccessLoss
from shared_code.custody.custodian import ConnectionTokens, Custodian
from shared_code.custody.grants import ALWAYS, GrantRules, Tokens, parted, put_grant
from shared_code.custody.refreshing import HOLD, Claims, Held
from shared_code.custody.sealing import Sealer
from shared_code.custody.withdrawing import Withdrawal
from shared_code.errors import AnswerLost, Reauthorise, Retry
from shared_code.ports.clock import SystemClock
from shared_code.ports.settings import VaultSettings
from shared_code.ports.vault import open_vault
from shared_code.ports.vault.file import FileVault
from shared_code.ports.vault.port import Secret
from shared_code.store.schema import connection_errors, connections, events, grants
from tests.support.clock import ManualClock
from tests.support.shop import COMPANY, CONNECTION, Mailbox, Rig, open_rig
from tests.support.stores import bytes_of

RULES = GrantRules(refresh_grace=timedelta(minutes=30), idle_limit=timedelta(days=60))
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass
class Provider:
    """An authorisation server: each refresh token works once."""

    clock: ManualClock | SystemClock
    number: int = 1
    refreshes: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None
    forgives: bool = False
    in_trouble: bool = False

    def tokens(self) -> Tokens:
        return Tokens(
            SecretStr(f"access-{self.number}"),
            SecretStr(f"refresh-{self.number}"),
            expires_at=self.clock.now() + HALF_AN_HOUR,
            scopes="read",
        )

    def prepare(self) -> None:
        pass

    def refresh(self, tokens: Tokens) -> Tokens:
        assert tokens.refresh
        value = tokens.refresh.get_secret_value()
        self.refreshes.append(value)
        if value != f"refresh-{self.number}" and not self.forgives:
            raise Reauthorise("used before")
        self.number += 1
        self.before_answer()
        return self.tokens()

    def revoke(self, tokens: Tokens) -> None:
        if self.in_trouble:
            raise Retry("503")
        self.revoked.append(tokens.access.get_secret_value())


@dataclass
class Bench:
    """A linked connection with a grant, its custodian and its provider."""

    rig: Rig
    provider: Provider
    custodian: Custodian
    sealer: Sealer

    def grant(self, tokens: Tokens) -> None:
        with self.rig.db.write() as tx:
            row = tx.execute(select(connections)).one()
            put_grant(tx, self.sealer, row, tokens, now=self.custodian.claims.clock.now())

    def token(self) -> str:
        return self.custodian.access_token(COMPANY, CONNECTION).get_secret_value()

    def state(self) -> str:
        with self.rig.db.read() as tx:
            return str(tx.scalar(select(grants.c.state)))


def make_bench(rig: Rig, folder: Path, clock: ManualClock | SystemClock) -> Bench:
    vault = open_vault(VaultSettings(file=folder / "vault.json"))
    sealer, provider = Sealer(vault, "xero"), Provider(clock)
    custodian = Custodian(
        claims=Claims(rig.db, clock, sealer, RULES),
        queue=Mailbox(),
        issuer=provider,
        withdrawal=Withdrawal(rig.db, "xero", provider, RULES),
        lose_access=AccessLoss(Addresses("http://here")).deauthorise_and_end,
    )
    bench = Bench(rig, provider, custodian, sealer)
    bench.grant(provider.tokens())
    return bench


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path) as opened:
        yield opened


@pytest.fixture
def bench(rig: Rig, tmp_path: Path) -> Bench:
    return make_bench(rig, tmp_path, rig.clock)


def expire(bench: Bench) -> None:
    bench.rig.clock.advance(HALF_AN_HOUR.total_seconds())


def test_a_token_that_lives_is_given_without_asking(bench: Bench) -> None:
    assert bench.token() == "access-1"
    assert bench.provider.refreshes == []


def test_a_token_that_is_about_to_end_is_replaced_before(bench: Bench) -> None:
    bench.rig.clock.advance(28 * 60 + 1)
    assert bench.token() == "access-2"
    assert bench.token() == "access-2"
    assert bench.provider.refreshes == ["refresh-1"]


def test_twenty_syncs_that_find_it_expired_cause_one_refresh(rig: Rig, tmp_path: Path) -> None:
    bench = make_bench(rig, tmp_path, SystemClock())
    with rig.db.write() as tx:
        tx.execute(update(grants).values(expires_at=SystemClock().now()))
    together = threading.Barrier(20)

    def ask() -> str:
        together.wait()
        return bench.token()

    with ThreadPoolExecutor(20) as pool:
        given = {each.result() for each in [pool.submit(ask) for _ in range(20)]}
    assert given == {"access-2"}
    assert bench.provider.refreshes == ["refresh-1"]


def test_a_rotated_token_survives_a_crash_before_it_is_stored(bench: Bench) -> None:
    def crash() -> None:
        raise KeyboardInterrupt

    expire(bench)
    bench.provider.before_answer = crash
    with pytest.raises(KeyboardInterrupt):
        bench.token()
    bench.provider.before_answer = lambda: None
    # Within its grace the provider honours the old token once more.
    bench.provider.forgives = True
    bench.rig.clock.advance(60)
    assert bench.token() == "access-3"


def test_a_crash_beyond_the_providers_grace_asks_for_consent_and_never_guesses(
    bench: Bench,
) -> None:
    def crash() -> None:
        raise KeyboardInterrupt

    expire(bench)
    bench.provider.before_answer = crash
    with pytest.raises(KeyboardInterrupt):
        bench.token()
    bench.rig.clock.advance(31 * 60)
    with pytest.raises(Reauthorise):
        bench.token()
    assert bench.provider.refreshes == ["refresh-1"]
    assert bench.rig.connection().status == "Deauthorized"


def test_a_dead_grant_deauthorises_the_connection_once_and_says_so(bench: Bench) -> None:
    expire(bench)
    bench.provider.number = 9
    for _ in range(2):
        with pytest.raises(Reauthorise):
            bench.token()
    assert bench.provider.refreshes == ["refresh-1"]
    assert bench.rig.connection().status == "Deauthorized"
    with bench.rig.db.read() as tx:
        assert tx.scalars(select(connection_errors.c.status_code)).all() == ["401"]
        assert tx.scalars(select(events.c.event_type)).all() == ["connection.disconnected"]


def test_a_provider_in_trouble_loses_nothing(bench: Bench) -> None:
    def fail() -> None:
        bench.provider.number -= 1
        raise Retry("503")

    expire(bench)
    bench.provider.before_answer = fail
    with pytest.raises(Retry):
        bench.token()
    assert bench.state() == "active"
    bench.provider.before_answer = lambda: None
    assert bench.token() == "access-2"


def test_a_refused_token_is_replaced_even_if_it_seems_to_live(bench: Bench) -> None:
    tokens = ConnectionTokens(bench.custodian, COMPANY, CONNECTION)
    fresh = tokens.refused(tokens.token())
    assert fresh.get_secret_value() == "access-2"


def test_a_token_that_somebody_replaced_meanwhile_is_not_replaced_again(bench: Bench) -> None:
    tokens = ConnectionTokens(bench.custodian, COMPANY, CONNECTION)
    old = tokens.token()
    assert tokens.refused(old) == tokens.refused(old)
    assert bench.provider.refreshes == ["refresh-1"]


def test_a_new_link_wins_over_a_refresh_in_flight(bench: Bench) -> None:
    def relink() -> None:
        bench.provider.number = 50
        bench.grant(bench.provider.tokens())

    expire(bench)
    bench.provider.before_answer = relink
    assert bench.token() == "access-50"
    assert bench.token() == "access-50"


def test_a_connection_deleted_in_the_middle_of_a_refresh_stays_deleted(bench: Bench) -> None:
    def delete() -> None:
        bench.rig.set_connection(deleted_at=bench.rig.clock.now(), epoch=2)

    expire(bench)
    bench.provider.before_answer = delete
    with pytest.raises(Reauthorise):
        bench.token()
    # What the provider had just given is taken back.
    assert bench.provider.revoked == ["access-2"]


def test_an_unlinked_connection_gets_no_token(bench: Bench) -> None:
    bench.rig.set_connection(status="Unlinked")
    with pytest.raises(Reauthorise, match="not linked"):
        bench.token()


def test_revoking_ends_the_grant_at_the_provider_and_here(bench: Bench) -> None:
    bench.rig.set_connection(status="Unlinked", epoch=2)
    for _ in range(2):
        bench.custodian.revoke(COMPANY, CONNECTION)
    assert bench.provider.revoked == ["access-1"]
    with bench.rig.db.read() as tx:
        assert tx.execute(select(grants)).all() == []


def test_a_connection_that_was_linked_again_keeps_its_grant(bench: Bench) -> None:
    bench.custodian.revoke(COMPANY, CONNECTION)
    assert bench.provider.revoked == []
    assert bench.token() == "access-1"


def test_an_idle_grant_is_kept_alive_at_half_of_its_life(bench: Bench) -> None:
    bench.rig.clock.advance(29 * 24 * 3600)
    assert bench.custodian.keep_alive() == 0
    bench.rig.clock.advance(2 * 24 * 3600)
    assert bench.custodian.keep_alive() == 1
    assert bench.provider.refreshes == ["refresh-1"]


def test_no_token_lies_open_in_the_store(bench: Bench, tmp_path: Path) -> None:
    expire(bench)
    bench.token()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    written = bytes_of(bench.rig.db) + kept
    assert COMPANY.encode() in written
    for secret in (b"access-1", b"refresh-1", b"access-2", b"refresh-2"):
        assert secret not in written


def test_no_token_shows_in_a_repr(bench: Bench) -> None:
    assert "access-1" not in repr(bench.provider.tokens())


def ruled(bench: Bench, rules: GrantRules) -> None:
    """Let the provider have other rules."""
    claims = replace(bench.custodian.claims, rules=rules)
    bench.custodian = replace(bench.custodian, claims=claims)


def lose_answers(bench: Bench) -> None:
    """The provider rotates, and nobody hears of it."""

    def lose() -> None:
        raise AnswerLost("ReadTimeout")

    bench.provider.before_answer = lose
    bench.provider.forgives = True


class VaultWithoutNewest(FileVault):
    """Gives a version that was asked for before, and has no answer for a new question."""

    def get(self, name: str, version: str | None = None) -> Secret:
        if version is None:
            raise Retry("The vault cannot be reached.")
        return super().get(name, version)


def test_nothing_is_spent_while_what_comes_could_not_be_sealed(
    bench: Bench, tmp_path: Path
) -> None:
    # A new process: it has opened grants and sealed none.
    sealer = Sealer(VaultWithoutNewest(tmp_path / "vault.json"), "xero")
    new = replace(bench.custodian, claims=replace(bench.custodian.claims, sealer=sealer))
    expire(bench)
    with pytest.raises(Retry, match="vault"):
        new.access_token(COMPANY, CONNECTION)
    assert bench.provider.refreshes == []
    assert bench.state() == "active"
    assert bench.token() == "access-2"


def test_a_lost_answer_is_settled_within_the_grace_though_nobody_needs_a_token(
    bench: Bench,
) -> None:
    expire(bench)
    lose_answers(bench)
    with pytest.raises(AnswerLost):
        bench.token()
    assert bench.state() == "refreshing"
    bench.provider.before_answer = lambda: None
    bench.rig.clock.advance(HOLD.total_seconds() + 1)
    assert bench.custodian.keep_alive() == 1
    bench.provider.forgives = False
    assert bench.token() == "access-3"


@pytest.mark.parametrize("grace", [timedelta(0), ALWAYS])
def test_a_lost_answer_is_asked_for_again_at_once_where_no_grace_runs(
    bench: Bench, grace: timedelta
) -> None:
    ruled(bench, GrantRules(refresh_grace=grace))
    expire(bench)
    lose_answers(bench)
    with pytest.raises(AnswerLost):
        bench.token()
    bench.provider.before_answer = lambda: None
    assert bench.token() == "access-3"


def test_an_error_that_nobody_foresaw_leaves_the_grant_as_it_was(bench: Bench) -> None:
    def fail() -> None:
        bench.provider.number -= 1
        raise OverflowError

    expire(bench)
    bench.provider.before_answer = fail
    with pytest.raises(OverflowError):
        bench.token()
    assert bench.state() == "active"


def test_who_comes_back_after_the_grant_was_given_up_has_lost_it(bench: Bench) -> None:
    def be_late() -> None:
        bench.provider.before_answer = lambda: None
        bench.rig.clock.advance(HOLD.total_seconds() + 1)
        with pytest.raises(Reauthorise, match="lost"):
            bench.token()

    ruled(bench, GrantRules(refresh_grace=timedelta(0)))
    expire(bench)
    bench.provider.before_answer = be_late
    with pytest.raises(Reauthorise):
        bench.token()
    assert bench.rig.connection().status == "Deauthorized"
    assert bench.state() == "revoked"
    assert bench.provider.revoked == ["access-2"]


def test_what_came_too_late_is_revoked_once_the_provider_is_well_again(bench: Bench) -> None:
    def unlink() -> None:
        bench.rig.set_connection(status="Unlinked", epoch=2)

    expire(bench)
    bench.provider.before_answer = unlink
    bench.provider.in_trouble = True
    with pytest.raises(Retry):
        bench.token()
    bench.provider.in_trouble = False
    bench.custodian.revoke(COMPANY, CONNECTION)
    assert bench.provider.revoked == ["access-2"]


def test_rotated_tokens_wait_for_a_store_that_is_short_of_connections(bench: Bench) -> None:
    stores = iter([NoConnection("QueuePool limit reached")])

    @dataclass(frozen=True, slots=True)
    class Short(Claims):
        def store(self, claim: Held, tokens: Tokens) -> bool:
            for trouble in stores:
                raise trouble
            return Claims.store(self, claim, tokens)

    claims = bench.custodian.claims
    short = Short(claims.db, claims.clock, claims.sealer, claims.rules)
    bench.custodian = replace(bench.custodian, claims=short)
    expire(bench)
    assert bench.token() == "access-2"


def test_scopes_are_parted_by_spaces_or_commas() -> None:
    assert parted("a b,c") == parted("c, b a") == {"a", "b", "c"}
    assert parted("") == frozenset()
