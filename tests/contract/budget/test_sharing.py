"""A limit is kept by all who share it together: to the call, whoever they are and wherever."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text

from shared_code.budget.meters import LEASE
from shared_code.budget.rows import forget
from shared_code.fetch.permits import OverBudget
from shared_code.limits import Limit
from shared_code.ports.clock import SystemClock
from shared_code.store.database import Database, open_database
from shared_code.store.schema import budget_turns, budgets
from shared_code.turn import Turn
from tests.support.budgets import (
    DAY,
    MINUTE,
    call,
    calls_until_over,
    compete,
    hold_for_ever,
    make_budgets,
    of,
    process,
)
from tests.support.clock import ManualClock
from tests.support.ports import wait_until
from tests.support.postgres import PostgresServer
from tests.support.stores import new_store

# Nothing of it runs out during a test.
MANY = Limit(name="day", amount=60, per=DAY)
TEN = Limit(name="minute", amount=10, per=MINUTE)
APP = Limit(name="appminute", amount=25, per=MINUTE, scope="app")


def test_processes_and_threads_that_compete_make_as_many_calls_as_the_limit_allows(
    store: tuple[Database, str], db: Database
) -> None:
    url = store[1]
    other = open_database(url)
    made: list[int] = []

    def call_on(there: Database) -> None:
        budget = make_budgets(there, SystemClock(), MANY).of_connection("c", "t", patient=False)
        made.append(calls_until_over(budget))

    with (
        process(compete, url, MANY, ["t"]) as (_, first),
        process(compete, url, MANY, ["t"]) as (
            _,
            second,
        ),
    ):
        assert [first.recv(), second.recv()] == ["ready", "ready"]
        threads = [threading.Thread(target=call_on, args=(each,)) for each in (db, other, db)]
        for pipe in (first, second):
            pipe.send("go")
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts = [first.recv(), second.recv(), *made]
    other.close()
    assert sum(counts) == MANY.amount


def test_an_app_limit_is_shared_by_all_tenants_to_the_call(
    store: tuple[Database, str], db: Database
) -> None:
    limit = Limit(name="appday", amount=50, per=DAY, scope="app")
    make_budgets(db, SystemClock(), limit)
    tenants = [f"t{number}" for number in range(5)]
    with (
        process(compete, store[1], limit, tenants) as (_, first),
        process(compete, store[1], limit, tenants[2:]) as (_, second),
    ):
        assert [first.recv(), second.recv()] == ["ready", "ready"]
        first.send("go")
        second.send("go")
        assert first.recv() + second.recv() == limit.amount


def test_two_hosts_that_make_a_tenants_row_at_once_do_not_lock_each_other_out(
    postgres: PostgresServer,
) -> None:
    db = new_store(postgres)
    shared = make_budgets(db, SystemClock(), TEN, APP)
    call(of(shared, "known"))
    budget = of(shared, "new")
    ours, apps = (budget.scopes[scope] for scope in ("connection", "app"))
    with ThreadPoolExecutor(1) as other:
        with db.write() as tx:
            fresh = {"platform": "xero", "meters": {}, "over_at": SystemClock().now()}
            tx.execute(insert(budgets).values(scope=ours, **fresh))
            called = other.submit(call, budget)
            wait_until(lambda: waiting(db))
            tx.execute(select(budgets).where(budgets.c.scope == apps).with_for_update())
        assert called.result() is None
    db.close()


def waiting(db: Database) -> int:
    """How many of the server's sessions wait for a lock."""
    with db.read() as tx:
        return tx.scalar(text("select count(*) from pg_locks where not granted")) or 0


def test_a_killed_process_gives_its_permits_back_when_their_lease_ends(
    store: tuple[Database, str], db: Database
) -> None:
    limit = Limit(name="concurrent", amount=1)
    clock = ManualClock(SystemClock().now())
    budget = of(make_budgets(db, clock, limit), "other", "held")
    with process(hold_for_ever, store[1], limit) as (holder, told):
        assert told.recv() == "held"
        holder.kill()
        holder.join()
    clock.advance((SystemClock().now() - clock.now()).total_seconds())
    with pytest.raises(OverBudget, match="limit of 1 call at once is used up"):
        call(budget)
    clock.advance(LEASE / 1_000 + 1)
    assert call(budget) is None


def test_two_connections_to_one_tenant_share_its_budget_and_a_third_has_its_own(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, TEN)
    assert calls_until_over(of(shared, "one", "tenant")) == 10
    assert calls_until_over(of(shared, "two", "tenant")) == 0
    assert calls_until_over(of(shared, "three", "another")) == 10


def test_another_app_has_a_budget_of_its_own(db: Database, clock: ManualClock) -> None:
    assert calls_until_over(of(make_budgets(db, clock, TEN, APP), "one")) == 10
    other = make_budgets(db, clock, TEN, APP, app="another")
    assert calls_until_over(of(other, "one")) == 10


def test_a_call_that_one_limit_holds_back_takes_nothing_from_the_others(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, TEN, APP)
    for _ in range(3):
        assert calls_until_over(of(shared, "one")) in (10, 0)
    assert calls_until_over(of(shared, "two")) == 10
    assert calls_until_over(of(shared, "three")) == 5


def test_first_syncs_leave_the_rest_of_the_day_to_those_that_follow(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, Limit(name="day", amount=100, per=DAY))
    first, later = of(shared, "new", "t").for_first_sync(), of(shared, "old", "t")
    assert calls_until_over(first) == 70
    with pytest.raises(OverBudget, match="limit on first syncs, 70 calls a day, is used up"):
        call(first)
    assert calls_until_over(later) == 30
    assert calls_until_over(first) == 0


def test_a_first_sync_takes_all_of_a_limit_of_less_than_a_day(
    db: Database, clock: ManualClock
) -> None:
    assert calls_until_over(of(make_budgets(db, clock, TEN), "new").for_first_sync()) == 10


def test_a_window_that_has_passed_is_free_again(db: Database, clock: ManualClock) -> None:
    budget = of(make_budgets(db, clock, TEN), "one")
    assert calls_until_over(budget) == 10
    with pytest.raises(OverBudget) as over:
        call(budget)
    assert 60 < over.value.wait <= 61
    clock.advance(over.value.wait)
    assert calls_until_over(budget) == 10


def test_a_limit_that_does_not_count_a_call_leaves_it_alone(
    db: Database, clock: ManualClock
) -> None:
    limit = Limit(name="reports", amount=2, per=MINUTE, paths="/reports/.*")
    budget = of(make_budgets(db, clock, limit), "one")
    assert [call(budget, path="/invoices") for _ in range(5)] == [None] * 5
    assert [call(budget, path="/reports/a") for _ in range(2)] == [None] * 2
    with pytest.raises(OverBudget):
        call(budget, path="/reports/b")
    assert call(budget, path="/invoices") is None


def test_without_limits_nothing_is_written(db: Database, clock: ManualClock) -> None:
    lifted = Limit(name="minute", amount=0, per=MINUTE)
    assert calls_until_over(of(make_budgets(db, clock, lifted), "one"), most=20) == 20
    assert rows(db) == []


def test_rows_name_neither_connection_nor_tenant_and_go_when_the_provider_has_forgotten(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, TEN, Limit(name="day", amount=100, per=DAY))
    calls_until_over(of(shared, "connection-id", "tenant-id"))
    found = rows(db)
    assert len(found) == 2
    assert not any("connection-id" in each or "tenant-id" in each for each in found)
    clock.advance(3_600)
    assert forget(db, Turn(clock)) == 1
    assert calls_until_over(of(shared, "connection-id", "tenant-id")) == 10
    clock.advance(26 * 3_600)
    forget(db, Turn(clock))
    assert rows(db) == []


def rows(db: Database) -> Sequence[str]:
    """Every row of a budget, as text."""
    with db.read() as tx:
        found = [tx.execute(select(table)).all() for table in (budgets, budget_turns)]
    return [str(row) for each in found for row in each]
