"""Kinds of limits: what is refused, when it is let through again, and what answers tell of it."""

from __future__ import annotations

import pytest

from tests.support.clock import ManualClock
from tests.support.simulated import Caller, called
from tests.support.throttled import ASKED, TAKEN, THROTTLED

PAGE = "/v1/pages"


def caller_of(kind: str, clock: ManualClock) -> Caller:
    return called(THROTTLED[kind].provider, clock=clock, rate_limit=True)


def told_limits(caller: Caller) -> list[str | None]:
    """The limit that refused each call, as the ledger has it."""
    return [each.detail.get("limit") for each in caller.simulator.calls]


def test_a_second_is_over_in_a_second() -> None:
    clock = ManualClock()
    caller = caller_of("so many a second", clock)
    assert [caller.get(PAGE).status_code for _ in range(11)] == [200] * 10 + [429]
    assert told_limits(caller) == [None] * 10 + ["second"]
    clock.advance(1)
    assert [caller.get(PAGE).status_code for _ in range(10)] == [200] * 10


def test_what_is_counted_from_stroke_to_stroke_begins_anew() -> None:
    clock = ManualClock()
    caller = caller_of("so many from stroke to stroke", clock)
    clock.advance(50)
    assert [caller.get(PAGE).headers["X-Left"] for _ in range(5)] == ["4", "3", "2", "1", "0"]
    refused = caller.get(PAGE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    clock.advance(10)
    assert caller.get(PAGE).headers["X-Left"] == "4"


def test_a_bucket_that_is_full_takes_what_leaks_and_says_how_full_it_is() -> None:
    clock = ManualClock()
    caller = caller_of("a leaky bucket", clock)
    told = [caller.get(PAGE).headers["X-Bucket-Calls"] for _ in range(40)]
    assert told == [f"{number}/40" for number in range(1, 41)]
    refused = caller.get(PAGE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1.0")
    clock.advance(1)
    assert [caller.get(PAGE).status_code for _ in range(3)] == [200, 200, 429]
    clock.advance(10)
    assert caller.get(PAGE).headers["X-Bucket-Calls"] == "21/40"


def test_points_are_held_before_a_call_and_told_in_its_answer() -> None:
    clock = ManualClock()
    caller = caller_of("points that run out of a bucket", clock)
    plain = called(THROTTLED["a leaky bucket"].provider).get(PAGE).json()
    first = caller.get(PAGE).json()
    cost = first.pop("extensions")["cost"]
    assert first == plain
    assert cost == {
        "requestedQueryCost": ASKED,
        "actualQueryCost": TAKEN,
        "throttleStatus": {
            "maximumAvailable": 100,
            "currentlyAvailable": 100 - TAKEN,
            "restoreRate": 10,
        },
    }
    assert [each.detail["points"] for each in caller.simulator.calls] == [str(TAKEN)]


def test_a_call_for_more_points_than_are_left_is_refused_with_200() -> None:
    clock = ManualClock()
    caller = caller_of("points that run out of a bucket", clock)
    while "errors" not in (answer := caller.get(PAGE)).json():
        pass
    assert answer.status_code == 200
    assert len(caller.simulator.calls) == 8
    assert told_limits(caller)[-1] == "points"
    # Sixteen are left, and a smaller page costs no more.
    assert "data" in caller.get(PAGE, limit="14").json()
    clock.advance(1)
    assert "errors" in caller.get(PAGE).json()
    clock.advance(2)
    assert "data" in caller.get(PAGE).json()


def test_an_order_changes_any_limit_by_its_name_and_is_told_what_there_is() -> None:
    caller = caller_of("a leaky bucket", ManualClock())
    assert caller.order("limits", amounts={"bucket": 2})["amounts"] == {"bucket": 2}
    assert [caller.get(PAGE).status_code for _ in range(3)] == [200, 200, 429]
    assert "2 of 2" in caller.http.get("/").text
    wrong = caller.http.post("/_control/limits", json={"amounts": {"minute": 2}})
    assert wrong.status_code == 400
    assert "bucket" in wrong.json()["error"]


@pytest.mark.parametrize("kind", THROTTLED)
def test_a_call_whose_answer_is_spoilt_counts(kind: str) -> None:
    caller = caller_of(kind, ManualClock())
    caller.order("faults", action="truncate", times=None)
    for _ in range(THROTTLED[kind].calls):
        caller.get(PAGE)
    assert 1 <= told_limits(caller).count(None) <= THROTTLED[kind].at_once
