"""The provider's own word is obeyed: what it has left, what it refuses, and for how long."""

from __future__ import annotations

import json
from dataclasses import replace
from email.utils import format_datetime

import httpx
import pytest

from shared_code.budget.ledger import Budget
from shared_code.fetch.permits import Metered, OverBudget
from shared_code.fetch.provider import LONGEST_WAIT
from shared_code.limits import Answered, Limit, Limits, Spent
from shared_code.store.database import Database
from tests.support.budgets import (
    DAY,
    MINUTE,
    PROBLEM,
    call,
    calls_until_over,
    make_budgets,
    of,
)
from tests.support.clock import NOON, ManualClock
from tests.support.stores import StumblingDatabase

AT_ONCE = Limit(name="concurrent", amount=5)
PER_MINUTE = Limit(name="minute", amount=60, per=MINUTE, remaining="X-MinLimit-Remaining")
PER_DAY = Limit(name="day", amount=100, per=DAY, remaining="X-DayLimit-Remaining")
OF_APP = Limit(name="appminute", amount=200, per=MINUTE, scope="app")
ALL = (AT_ONCE, PER_MINUTE, PER_DAY, OF_APP)


def refuse(budget: Budget, problem: str, after: str) -> float | None:
    return call(budget, 429, **{PROBLEM: problem, "Retry-After": after})


def waits(budget: Budget) -> float:
    """How long a call would have to wait now."""
    with pytest.raises(OverBudget) as over:
        call(budget)
    return over.value.wait


@pytest.mark.parametrize("problem", ["minute", "day", "concurrent"])
def test_a_refusal_of_a_tenants_limit_closes_it_for_all_of_its_connections(
    db: Database, clock: ManualClock, problem: str
) -> None:
    shared = make_budgets(db, clock, *ALL)
    assert refuse(of(shared, "one", "tenant"), problem, "90") == 90
    assert waits(of(shared, "two", "tenant")) == 90
    assert call(of(shared, "three", "another")) is None
    clock.advance(89)
    assert waits(of(shared, "one", "tenant")) == 1
    clock.advance(1)
    assert call(of(shared, "two", "tenant")) is None


def test_a_refusal_of_the_apps_limit_closes_it_for_every_tenant(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, *ALL)
    refuse(of(shared, "one"), "appminute", "20")
    assert waits(of(shared, "two")) == 20
    other = make_budgets(db, clock, *ALL, app="another")
    assert call(of(other, "two")) is None


@pytest.mark.parametrize("problem", ["", "unheard-of"])
def test_a_refusal_that_names_no_limit_we_know_closes_all_of_the_tenants(
    db: Database, clock: ManualClock, problem: str
) -> None:
    shared = make_budgets(db, clock, *ALL)
    refuse(of(shared, "one", "tenant"), problem, "30")
    assert waits(of(shared, "two", "tenant")) == 30
    assert call(of(shared, "three", "another")) is None


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ("7", 7),
        ("1.5", 1.5),
        (format_datetime(NOON.replace(minute=2)), 120),
        ("864000", LONGEST_WAIT),
        ("1e400", LONGEST_WAIT),
        ("", 5),
        ("soon", 5),
        ("nan", 5),
        ("-5", 5),
        ("0", 5),
        (format_datetime(NOON.replace(year=2029)), 5),
    ],
)
def test_retry_after_is_obeyed_in_all_its_forms(
    db: Database, clock: ManualClock, after: str, seconds: float
) -> None:
    budget = of(make_budgets(db, clock, *ALL), "one")
    assert refuse(budget, "minute", after) == seconds
    assert waits(budget) == seconds
    clock.advance(seconds)
    assert call(budget) is None


def test_refusals_without_a_word_grow_until_a_call_succeeds(
    db: Database, clock: ManualClock
) -> None:
    budget = of(make_budgets(db, clock, *ALL), "one")
    for seconds in (5, 10, 20, 40):
        assert call(budget, 429) == seconds
        clock.advance(seconds)
    assert call(budget) is None
    assert call(budget, 429) == 5


def test_what_the_provider_says_is_left_is_all_that_is_taken(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, *ALL)
    call(of(shared, "one", "tenant"), X_MinLimit_Remaining="3", X_DayLimit_Remaining="90")
    assert calls_until_over(of(shared, "two", "tenant")) == 3
    assert calls_until_over(of(shared, "three", "another")) == 60


@pytest.mark.parametrize("said", ["61", "-1", "many", "", "1e2", "٣"])
def test_what_is_no_smaller_number_lowers_nothing(
    db: Database, clock: ManualClock, said: str
) -> None:
    budget = of(make_budgets(db, clock, *ALL), "one")
    with budget.permit("/things") as permit:
        permit.answer = httpx.Response(200, headers=[(b"X-MinLimit-Remaining", said.encode())])
    assert calls_until_over(budget) == 59


def test_a_call_that_never_got_an_answer_counts_and_is_no_longer_open(
    db: Database, clock: ManualClock
) -> None:
    budget = of(make_budgets(db, clock, AT_ONCE, PER_MINUTE), "one")
    for _ in range(10):
        with pytest.raises(ConnectionError), budget.permit("/things"):
            raise ConnectionError
    assert calls_until_over(budget) == 50


def test_points_that_a_call_really_took_and_those_that_are_left_are_believed(
    db: Database, clock: ManualClock
) -> None:
    def spent(answered: Answered) -> Spent | None:
        cost, _, left = answered.headers.get("X-Cost", "").partition("/")
        return Spent(int(cost), int(left) if left else None) if cost else None

    bucket = Limit(
        name="points", amount=1_000, per=MINUTE / 3, window="leaky", cost=100, spent=spent
    )
    budget = of(make_budgets(db, clock, bucket), "one")
    for _ in range(9):
        call(budget, X_Cost="20")
    # 180 are in it: eight times a hundred fit, which turn out to be 12 each.
    for _ in range(8):
        call(budget, X_Cost="12")
    call(budget, X_Cost="12/150")
    call(budget, X_Cost="60")
    assert waits(budget) == pytest.approx(0.2)
    with pytest.raises(OverBudget, match=r"limit of 1,000 points in 20 seconds is used up"):
        call(budget)


def test_a_refusal_that_comes_as_success_is_one(db: Database, clock: ManualClock) -> None:
    shared = make_budgets(db, clock, PER_MINUTE)
    limits = Limits(
        shared.limits.of,
        exceeded=lambda answered: "minute" if answered.headers.get("X-Throttled") else None,
    )
    budget = of(replace(shared, limits=limits), "one")
    assert call(budget, X_Throttled="1", Retry_After="2") == 2
    assert waits(budget) == 2


def test_an_answer_is_not_lost_where_its_call_cannot_be_settled(
    db: Database, clock: ManualClock
) -> None:
    stumbling = StumblingDatabase(db.engine)
    limit = Limit(name="app", amount=5, per=MINUTE, scope="app", counts=frozenset({"token"}))
    budgets = make_budgets(stumbling, clock, limit)
    call(budgets.of_app("token"))
    rotated = {"refresh_token": "canary"}
    provider = httpx.MockTransport(lambda _: httpx.Response(200, json=rotated))
    with httpx.Client(transport=Metered(provider, budgets.of_app("token"))) as client:
        stumbling.in_writes = 2
        assert client.post("https://id.example/token").json() == rotated
        assert stumbling.in_writes == 0
    # It counts all the same.
    assert calls_until_over(budgets.of_app("token")) == 3


def test_a_refusal_for_an_hour_is_not_forgotten_over_one_for_a_second(
    db: Database, clock: ManualClock
) -> None:
    limits = (
        Limit(name="slow", amount=1_000, per=MINUTE),
        Limit(name="fast", amount=1_000, per=MINUTE),
    )
    shared = make_budgets(db, clock, *limits)
    with of(shared, "c").ahead() as ahead:
        call(ahead)
        with of(shared, "c").permit("/things") as meanwhile:
            refuse(of(shared, "c"), "slow", "3600")
            meanwhile.answer = httpx.Response(429, headers={PROBLEM: "fast", "Retry-After": "1"})
        clock.advance(2)
        with pytest.raises(OverBudget):
            call(ahead)


def test_a_number_that_is_no_count_is_not_believed(db: Database, clock: ManualClock) -> None:
    budget = of(make_budgets(db, clock, PER_MINUTE), "c")
    call(budget, X_MinLimit_Remaining="9" * 5_000)
    assert calls_until_over(budget) == 59


@pytest.mark.parametrize("said", ["1e999", '"x"', "null", "-3", "1.5"])
def test_a_cost_that_is_no_count_is_taken_for_the_declared_one(
    db: Database, clock: ManualClock, said: str
) -> None:
    def spent(answered: Answered) -> Spent:
        cost = json.loads(answered.body)
        return Spent(int(cost) if isinstance(cost, float) and cost > 2 else cost)

    budget = of(make_budgets(db, clock, replace(PER_DAY, spent=spent)), "c")
    with budget.permit("/things") as permit:
        permit.answer = httpx.Response(200, content=said)
    assert calls_until_over(budget) == 99
