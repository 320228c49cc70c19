"""Tokens: single use, rotation, grace, revocation, by a clock of our own."""

from datetime import UTC, datetime, timedelta

import pytest

from local.providers.oauth.grants import Code, Grant, GrantStore, RefreshToken, TokenPolicy
from local.providers.simulation.clock import ShiftableClock

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CLIENT = "app"


@pytest.fixture
def clock() -> ShiftableClock:
    return ShiftableClock(lambda: START)


@pytest.fixture
def store(clock: ShiftableClock) -> GrantStore:
    return GrantStore(clock, TokenPolicy())


@pytest.fixture
def grant(store: GrantStore) -> Grant:
    return store.consent(Grant(CLIENT, ("tenant",), "offline_access", START))


def exchange(store: GrantStore, token: RefreshToken) -> RefreshToken:
    found = store.find_refresh(token.value)
    assert found is not None
    child = store.new_refresh(found.grant)
    child.parent = found
    store.spend_refresh(found)
    return child


def test_a_refresh_token_can_be_exchanged_again_while_its_answer_may_be_lost(
    store: GrantStore, grant: Grant, clock: ShiftableClock
) -> None:
    first = store.new_refresh(grant)
    exchange(store, first)
    clock.advance(timedelta(minutes=29))
    assert store.find_refresh(first.value) is first
    clock.advance(timedelta(minutes=1))
    assert store.find_refresh(first.value) is None


def test_using_the_new_token_ends_the_grace_of_the_old_one(store: GrantStore, grant: Grant) -> None:
    first = store.new_refresh(grant)
    second = exchange(store, first)
    exchange(store, second)
    assert store.find_refresh(first.value) is None
    assert not grant.is_revoked


def test_every_token_given_for_a_retried_one_works(store: GrantStore, grant: Grant) -> None:
    first = store.new_refresh(grant)
    lost, received = exchange(store, first), exchange(store, first)
    assert store.find_refresh(lost.value) is lost
    assert store.find_refresh(received.value) is received


def test_without_grace_using_a_token_twice_revokes_the_grant(
    clock: ShiftableClock, grant: Grant
) -> None:
    store = GrantStore(clock, TokenPolicy(grace=timedelta()))
    first = store.new_refresh(grant)
    second = exchange(store, first)
    assert store.find_refresh(first.value) is None
    assert store.find_refresh(second.value) is None
    assert grant.is_revoked


def test_an_unused_refresh_token_dies_after_sixty_days(
    store: GrantStore, grant: Grant, clock: ShiftableClock
) -> None:
    token = store.new_refresh(grant)
    clock.advance(timedelta(days=59, hours=23))
    assert store.find_refresh(token.value) is token
    clock.advance(timedelta(hours=1))
    assert store.find_refresh(token.value) is None


def test_a_code_is_good_for_five_minutes_for_its_client_and_once(
    store: GrantStore, grant: Grant, clock: ShiftableClock
) -> None:
    code = Code("c", grant, "http://127.0.0.1/cb", None, None, START + store.policy.code)
    store.add_code(code)
    assert store.find_code("c", "another") is None
    assert store.find_code("c", CLIENT) is code
    clock.advance(timedelta(minutes=5))
    assert store.find_code("c", CLIENT) is None
    clock.advance(timedelta(minutes=-5))
    store.spend_code(code)
    assert store.find_code("c", CLIENT) is None


def test_access_tokens_can_be_ended_at_once(
    store: GrantStore, grant: Grant, clock: ShiftableClock
) -> None:
    store.add_access("a", grant)
    store.add_access("b", grant)
    assert store.expire_access("another grant") == 0
    assert store.expire_access() == 2
    assert store.access["a"].expires_at == clock.now()


def test_a_listing_of_grants_holds_no_token(store: GrantStore, grant: Grant) -> None:
    store.add_access("the-access-token", grant)
    refresh = store.new_refresh(grant)
    text = str(store.as_json())
    assert grant.id in text
    assert "the-access-token" not in text
    assert refresh.value not in text
