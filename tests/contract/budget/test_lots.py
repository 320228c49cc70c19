"""Calls that are opened ahead count as made, until it is known that they were not."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from shared_code.budget.lots import AGE, MOST, Hand
from shared_code.budget.meters import LEASE
from shared_code.fetch.permits import OverBudget
from shared_code.limits import Answered, Limit, Spent
from shared_code.store.database import Database
from tests.support.budgets import DAY, MINUTE, PROBLEM, call, calls_until_over, make_budgets, of
from tests.support.clock import ManualClock
from tests.support.stores import CountingDatabase

AT_ONCE = Limit(name="concurrent", amount=5)
PER_MINUTE = Limit(name="minute", amount=60, per=MINUTE, remaining="X-Left")
PER_DAY = Limit(name="day", amount=5_000, per=DAY)
ALL = (AT_ONCE, PER_MINUTE, PER_DAY)


@pytest.fixture
def counting(db: Database) -> CountingDatabase:
    return CountingDatabase(db.engine)


def test_calls_one_after_another_are_opened_and_closed_together(
    counting: CountingDatabase, clock: ManualClock
) -> None:
    budget = of(make_budgets(counting, clock, *ALL), "one")
    call(budget)
    counting.commits = 0
    with budget.ahead() as ahead:
        for _ in range(19):
            call(ahead)
    # 59 are free, half of which may be opened at once.
    assert counting.commits == 2
    assert calls_until_over(budget) == 40


def test_the_next_calls_are_opened_as_those_before_are_closed(
    counting: CountingDatabase, clock: ManualClock
) -> None:
    budget = of(make_budgets(counting, clock, PER_DAY), "one")
    call(budget)
    counting.commits = 0
    with budget.ahead() as ahead:
        for _ in range(3 * MOST):
            call(ahead)
    assert counting.commits == 4


def test_what_is_open_is_nobody_elses_and_what_was_not_made_is_free_again(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, PER_MINUTE)
    with of(shared, "one", "tenant").ahead() as ahead:
        call(ahead)
        assert calls_until_over(of(shared, "two", "tenant")) == 60 - MOST
    assert calls_until_over(of(shared, "two", "tenant")) == MOST - 1


def test_a_limit_is_used_up_to_the_call_by_those_who_open_calls_ahead(
    db: Database, clock: ManualClock
) -> None:
    with of(make_budgets(db, clock, *ALL), "one").ahead() as ahead:
        assert calls_until_over(ahead) == 60
        clock.advance(62)
        assert calls_until_over(ahead) == 60


def test_a_refusal_closes_the_limit_for_all_at_once_and_gives_back_what_was_not_made(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, *ALL)
    other = of(shared, "two", "tenant")
    with of(shared, "one", "tenant").ahead() as ahead:
        call(ahead)
        assert call(ahead, 429, **{PROBLEM: "minute", "Retry-After": "90"}) == 90
        with pytest.raises(OverBudget) as over:
            call(other)
        assert over.value.wait == 90
        clock.advance(90)
        assert calls_until_over(other) == 60


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503, None])
def test_after_trouble_nothing_is_kept_open(
    db: Database, clock: ManualClock, status: int | None
) -> None:
    shared = make_budgets(db, clock, *ALL)
    with of(shared, "one", "tenant").ahead() as ahead:
        with ahead.permit("/things") as permit:
            permit.answer = httpx.Response(status) if status else None
        assert calls_until_over(of(shared, "two", "tenant")) == 59


def test_a_provider_that_has_less_left_than_was_opened_is_believed_at_once(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, *ALL)
    with of(shared, "one", "tenant").ahead() as ahead:
        call(ahead, X_Left="7")
        assert calls_until_over(of(shared, "two", "tenant")) == 7


def test_where_others_wait_calls_are_opened_one_by_one(db: Database, clock: ManualClock) -> None:
    shared = make_budgets(db, clock, PER_MINUTE)
    assert calls_until_over(of(shared, "one", "tenant")) == 60
    clock.advance(61)
    with of(shared, "three", "tenant").ahead() as ahead:
        call(ahead)
        # One place of the sixty is kept for the one who waits.
        assert calls_until_over(of(shared, "four", "tenant")) == 58


def test_what_was_left_some_time_ago_is_not_taken_for_what_is_left_now(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, PER_MINUTE)
    assert calls_until_over(of(shared, "one", "tenant"), most=30) == 30
    with of(shared, "one", "tenant").ahead() as ahead:
        call(ahead, X_Left="29")
        clock.advance(62)
    assert calls_until_over(of(shared, "two", "tenant")) == 59


def test_a_refusal_in_this_process_is_heard_by_all_who_have_calls_open(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, *ALL)
    with of(shared, "one", "tenant").ahead() as one, of(shared, "two", "tenant").ahead() as two:
        call(one)
        call(two, 429, **{PROBLEM: "minute", "Retry-After": "20"})
        with pytest.raises(OverBudget) as over:
            call(one)
        assert over.value.wait == 20
        clock.advance(20)
        assert call(one) is None


@pytest.mark.parametrize(("status", "wait"), [(429, 5), (200, None)])
def test_the_answer_to_a_call_on_its_way_neither_adds_to_a_refusal_nor_ends_it(
    db: Database, clock: ManualClock, status: int, wait: float | None
) -> None:
    shared = make_budgets(db, clock, *ALL)
    first, second = (of(shared, name, "tenant") for name in ("one", "two"))
    with first.permit("/things") as permit:
        assert call(second, 429) == 5
        permit.answer = httpx.Response(status)
    assert (permit.refusal.retry_after if permit.refusal else None) == wait
    clock.advance(5)
    assert call(second, 429) == 10


def test_a_place_of_few_is_not_kept_between_two_calls(db: Database, clock: ManualClock) -> None:
    shared = make_budgets(db, clock, Limit(name="concurrent", amount=2), PER_MINUTE)
    with of(shared, "one", "t").ahead() as one, of(shared, "two", "t").ahead() as two:
        call(one)
        call(two)
        assert call(of(shared, "three", "t")) is None


def test_calls_that_were_opened_long_ago_are_closed_before_the_next(
    counting: CountingDatabase, clock: ManualClock
) -> None:
    budget = of(make_budgets(counting, clock, PER_MINUTE), "one")
    with budget.ahead() as ahead:
        call(ahead)
        clock.advance(AGE / 1_000)
        counting.commits = 0
        call(ahead)
        assert counting.commits == 1
        call(ahead)
        assert counting.commits == 1


def test_who_dies_takes_along_what_was_open_until_its_lease_ends(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, *ALL)
    dies = replace(of(shared, "one", "tenant"), hand=Hand())
    for _ in range(3):
        call(dies)
    other = of(shared, "two", "tenant")
    assert calls_until_over(other) == 60 - MOST
    clock.advance(62)
    assert calls_until_over(other) == 60 - MOST
    clock.advance(LEASE / 1_000 + 62)
    assert calls_until_over(other) == 60


def test_each_of_the_calls_costs_what_it_really_took(db: Database, clock: ManualClock) -> None:
    def spent(answered: Answered) -> Spent | None:
        return Spent(int(answered.headers["X-Cost"]))

    points = Limit(name="points", amount=1_000, per=MINUTE, cost=10, spent=spent)
    budget = of(make_budgets(db, clock, points), "one")
    with budget.ahead() as ahead:
        for cost in (1, 2, 3, 4):
            call(ahead, X_Cost=str(cost))
    for _ in range(99):
        call(budget, X_Cost="10")
    with pytest.raises(OverBudget):
        call(budget)


def test_calls_that_cost_more_than_was_reserved_are_opened_one_by_one(
    counting: CountingDatabase, clock: ManualClock
) -> None:
    def spent(answered: Answered) -> Spent | None:
        return Spent(int(answered.headers["X-Cost"]))

    points = Limit(name="points", amount=1_000, per=MINUTE, cost=10, spent=spent)
    budget = of(make_budgets(counting, clock, points), "one")
    with budget.ahead() as ahead:
        for _ in range(9):
            call(ahead, X_Cost="100")
        assert calls_until_over(budget, most=20) == 10


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"cost": null}'])
def test_an_answer_that_says_nothing_costs_what_was_reserved(
    db: Database, clock: ManualClock, body: bytes
) -> None:
    def spent(answered: Answered) -> Spent | None:
        return Spent(json.loads(answered.body)["cost"]["points"])

    points = Limit(name="points", amount=100, per=MINUTE, cost=10, spent=spent)
    budget = of(make_budgets(db, clock, points), "one")
    for _ in range(4):
        with budget.permit("/things") as permit:
            permit.answer = httpx.Response(200, content=body)
    assert calls_until_over(budget) == 6


def test_a_call_that_other_limits_count_is_none_of_those_that_were_opened(
    db: Database, clock: ManualClock
) -> None:
    reports = Limit(name="reports", amount=2, per=MINUTE, paths="/reports/.*")
    shared = make_budgets(db, clock, PER_MINUTE, reports)
    with of(shared, "one", "tenant").ahead() as ahead:
        call(ahead)
        call(ahead, path="/reports/a")
        call(ahead, path="/reports/b")
        with pytest.raises(OverBudget, match="limit of 2 calls"):
            call(ahead, path="/reports/c")
        assert calls_until_over(of(shared, "two", "tenant")) == 57
