"""Whoever waits for a limit gets a turn, in the order of asking, however many there are."""

from __future__ import annotations

import heapq
from collections import Counter

import pytest

from shared_code.budget.ledger import Budgets
from shared_code.budget.turns import GRACE
from shared_code.fetch.permits import OverBudget
from shared_code.limits import Limit
from shared_code.store.database import Database
from tests.support.budgets import DAY, MINUTE, call, calls_until_over, make_budgets, of
from tests.support.clock import ManualClock

FIVE = Limit(name="appminute", amount=5, per=MINUTE, scope="app")


def run(db: Database, clock: ManualClock, *, connections: int, calls: int) -> list[str]:
    """Let connections that always want more call, each coming again when it was told to.

    Gives who was let through, in order.
    """
    shared = make_budgets(db, clock, FIVE)
    begin = clock.now()
    order: list[str] = []
    # Those who have not called yet ask in their order, all at the same moment.
    coming = [(0.0, number) for number in range(connections)]
    while len(order) < calls:
        at, number = heapq.heappop(coming)
        clock.advance(at - (clock.now() - begin).total_seconds())
        try:
            call(of(shared, f"c{number}"))
            order.append(f"c{number}")
            again = at
        except OverBudget as over:
            again = at + over.wait
        heapq.heappush(coming, (again, number))
    return order


def test_every_connection_is_served_before_any_is_served_again(
    db: Database, clock: ManualClock
) -> None:
    order = run(db, clock, connections=20, calls=65)
    # The first took what there was; from then on there is a line.
    counts = Counter(order[5:])
    assert set(counts) == {f"c{number}" for number in range(20)}
    assert set(counts.values()) == {3}


@pytest.mark.long
def test_of_a_thousand_connections_on_one_limit_none_starves(
    db: Database, clock: ManualClock
) -> None:
    assert len(set(run(db, clock, connections=1_000, calls=1_010)[5:])) >= 999


def test_a_newcomer_does_not_overtake_who_waits(db: Database, clock: ManualClock) -> None:
    shared = make_budgets(db, clock, FIVE)
    exhaust(shared)
    waiting = wait_of(shared, "waits")
    clock.advance(waiting)
    # All five are free again, and one is kept for who asked first.
    assert calls_until_over(of(shared, "new")) == 4
    assert call(of(shared, "waits")) is None


def test_who_does_not_come_back_gives_the_turn_up(db: Database, clock: ManualClock) -> None:
    shared = make_budgets(db, clock, FIVE)
    exhaust(shared)
    waiting = wait_of(shared, "gone")
    clock.advance(waiting + GRACE / 1_000 + 1)
    assert calls_until_over(of(shared, "new")) == 5


def test_who_gave_the_turn_up_goes_behind_those_who_asked_since(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, FIVE)
    exhaust(shared)
    wait_of(shared, "gone")
    clock.advance(61)
    exhaust(shared)
    # Somebody keeps the line alive meanwhile.
    wait_of(shared, "stays")
    clock.advance(62)
    exhaust(shared)
    for number in range(5):
        wait_of(shared, f"since{number}")
    wait_of(shared, "gone")
    clock.advance(61)
    assert calls_until_over(of(shared, "gone")) == 0


def test_who_gave_the_turn_up_goes_before_those_who_ask_later(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, FIVE)
    exhaust(shared)
    for number in range(10):
        wait_of(shared, f"c{number}")
    # The line is empty by now, and is numbered from the start again.
    clock.advance(500)
    exhaust(shared)
    wait_of(shared, "c9")
    for number in range(5):
        wait_of(shared, f"new{number}")
    clock.advance(61)
    assert call(of(shared, "c9")) is None


def test_those_who_wait_are_told_to_come_one_after_another(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, FIVE)
    for _ in range(5):
        call(of(shared, "first"))
        clock.advance(2)
    waits = [wait_of(shared, f"c{number}") for number in range(5)]
    assert waits == sorted(waits)
    assert waits[4] - waits[0] == pytest.approx(8, abs=1)


def test_who_is_held_back_by_its_own_tenant_holds_nobody_else_back(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, FIVE, Limit(name="day", amount=2, per=DAY))
    assert calls_until_over(of(shared, "spent")) == 2
    assert wait_of(shared, "spent") > 80_000
    assert [call(of(shared, "others")) for _ in range(2)] == [None, None]
    assert call(of(shared, "more")) is None
    # The tenant's day is over for it, although the app's minute is, too.
    assert wait_of(shared, "spent") > 80_000
    clock.advance(wait_of(shared, "more"))
    assert calls_until_over(of(shared, "last")) == 2


def test_a_first_sync_that_waits_for_its_share_holds_no_other_back(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, Limit(name="day", amount=10, per=DAY))
    first = of(shared, "new", "t").for_first_sync()
    assert calls_until_over(first) == 7
    assert calls_until_over(of(shared, "old", "t")) == 3


def test_who_cannot_wait_is_told_how_long_it_would_be_and_keeps_nobody_back(
    db: Database, clock: ManualClock
) -> None:
    shared = make_budgets(db, clock, FIVE)
    exhaust(shared)
    impatient = shared.of_connection("document", "document", patient=False)
    with pytest.raises(OverBudget, match="for all companies together is used up"):
        call(impatient)
    clock.advance(61)
    assert calls_until_over(of(shared, "new")) == 5


def exhaust(shared: Budgets) -> None:
    """Take all there is, and wait for nothing."""
    calls_until_over(shared.of_connection("greedy", "greedy", patient=False))


def wait_of(shared: Budgets, connection: str) -> float:
    with pytest.raises(OverBudget) as over:
        call(of(shared, connection))
    return over.value.wait
