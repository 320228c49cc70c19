"""Orchestrations only decide: driven here step by step, without a host."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any

import pytest

from shared_code.sync.orchestrations import (
    SLICE_STEPS,
    Names,
    resource_orchestrator,
    run_orchestrator,
)

REF = {"company_id": "co-1", "run_id": "r-1", "fence": 3}
NAMES = Names("shop")


class Context:
    """Turns what an orchestrator asks for into plain tuples."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given

    def get_input(self) -> dict[str, Any]:
        return self.given

    def call_activity_with_retry(self, name: str, _: object, given: object) -> tuple[str, object]:
        return (name, given)

    def call_sub_orchestrator(self, name: str, given: object) -> tuple[str, object]:
        return (name, given)

    def create_timer(self, moment: datetime) -> tuple[str, object]:
        return ("timer", moment.isoformat())


# Scripted results by name: values to send, exceptions to throw.
Script = dict[str, list[Any]]


def play(
    orchestrator: Callable[[Any], Generator[Any, Any, Any]], given: dict[str, Any], script: Script
) -> tuple[list[str], Any]:
    """Run to the end; gives what was asked for, in order, and the result."""
    steps = orchestrator(Context(given))
    asked: list[str] = []
    try:
        name, _ = next(steps)
        while True:
            asked.append(name)
            result = script[name].pop(0) if name in script else None
            if isinstance(result, Exception):
                name, _ = steps.throw(result)
            else:
                name, _ = steps.send(result)
    except StopIteration as end:
        return asked, end.value


def over(seconds: float = 1.0) -> dict[str, Any]:
    return {"state": "over", "seconds": seconds}


def test_a_run_is_planned_read_in_order_and_published() -> None:
    script: Script = {"shop_plan": [["A", "B"]], "shop_resource": [over(), over()]}
    asked, state = play(run_orchestrator(NAMES), REF, script)
    assert asked == ["shop_plan", "shop_resource", "shop_resource", "shop_publish"]
    assert state == "published"


def test_a_run_that_was_lost_before_it_began_is_left_alone() -> None:
    assert play(run_orchestrator(NAMES), REF, {"shop_plan": [None]}) == (["shop_plan"], "lost")


def test_a_run_that_was_lost_on_the_way_is_not_published() -> None:
    script: Script = {
        "shop_plan": [["A", "B"]],
        "shop_resource": [{"state": "lost", "seconds": 0.0}],
    }
    asked, state = play(run_orchestrator(NAMES), REF, script)
    assert asked == ["shop_plan", "shop_resource"]
    assert state == "lost"


def test_a_slice_that_is_used_up_is_handed_over() -> None:
    script: Script = {
        "shop_plan": [["A", "B"]],
        "shop_resource": [{"state": "more", "seconds": 601.0}],
    }
    asked, _ = play(run_orchestrator(NAMES), REF, script)
    assert asked == ["shop_plan", "shop_resource", "shop_hand_over"]


@pytest.mark.parametrize("broken", ["shop_plan", "shop_resource", "shop_publish"])
def test_a_run_that_cannot_be_driven_is_given_up_not_left_hanging(broken: str) -> None:
    script: Script = {"shop_plan": [["A"]], "shop_resource": [over()]}
    script[broken] = [RuntimeError("five tries")]
    asked, state = play(run_orchestrator(NAMES), REF, script)
    assert asked[-1] == "shop_give_up"
    assert state == "broken"


def test_a_resource_is_read_until_it_is_over() -> None:
    script: Script = {"shop_pages": [{"state": "more", "seconds": 270.0}, over(30.0)]}
    asked, ended = play(resource_orchestrator(NAMES), {**REF, "seconds": 0.0}, script)
    assert asked == ["shop_pages", "shop_pages"]
    assert ended == {"state": "over", "seconds": 300.0}


def test_a_wait_is_a_durable_timer_one_second_beyond_what_was_asked() -> None:
    until = "2030-01-01T12:00:00+00:00"
    waiting = {"state": "wait", "seconds": 1.0, "until": until}
    orchestrator = resource_orchestrator(NAMES)(Context({**REF, "seconds": 0.0}))
    next(orchestrator)
    assert orchestrator.send(waiting) == ("timer", "2030-01-01T12:00:01+00:00")


def test_ten_active_minutes_end_a_slice() -> None:
    script: Script = {"shop_pages": [{"state": "more", "seconds": 270.0}] * 9}
    asked, ended = play(resource_orchestrator(NAMES), {**REF, "seconds": 0.0}, script)
    assert len(asked) == 3
    assert ended["state"] == "more"


def test_many_waits_end_a_slice_before_its_history_grows() -> None:
    waiting = {"state": "wait", "seconds": 0.0, "until": "2030-01-01T12:00:00+00:00"}
    script: Script = {"shop_pages": [waiting] * 500}
    asked, ended = play(resource_orchestrator(NAMES), {**REF, "seconds": 0.0}, script)
    assert asked.count("shop_pages") == SLICE_STEPS
    assert ended["state"] == "more"
