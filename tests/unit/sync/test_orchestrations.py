"""Orchestrations only decide: driven here step by step, without a host."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any

import pytest

from shared_code.sync.orchestrations import SLICE_STEPS, Names, run_orchestrator

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


def step(state: str, seconds: float = 1.0) -> dict[str, Any]:
    return {"state": state, "seconds": seconds, "until": "2030-01-01T12:00:00+00:00"}


def test_a_run_with_little_to_do_is_one_activity() -> None:
    asked, state = play(run_orchestrator(NAMES), REF, {"shop_drive": [step("over")]})
    assert asked == ["shop_drive"]
    assert state == "over"


def test_a_run_with_more_to_do_is_driven_on() -> None:
    script: Script = {"shop_drive": [step("more", 270.0), step("more", 270.0), step("over")]}
    asked, state = play(run_orchestrator(NAMES), REF, script)
    assert asked == ["shop_drive"] * 3
    assert state == "over"


def test_a_run_that_was_lost_is_left_alone() -> None:
    assert play(run_orchestrator(NAMES), REF, {"shop_drive": [step("lost")]}) == (
        ["shop_drive"],
        "lost",
    )


def test_ten_active_minutes_end_a_slice_which_is_handed_over() -> None:
    script: Script = {"shop_drive": [step("more", 270.0)] * 9}
    asked, state = play(run_orchestrator(NAMES), REF, script)
    assert asked == ["shop_drive"] * 3 + ["shop_hand_over"]
    assert state == "more"


@pytest.mark.parametrize("broken", ["shop_drive", "shop_hand_over"])
def test_a_run_that_cannot_be_driven_is_given_up_not_left_hanging(broken: str) -> None:
    script: Script = {"shop_drive": [step("more", 601.0)]}
    script[broken] = [RuntimeError("five tries")]
    asked, state = play(run_orchestrator(NAMES), REF, script)
    assert asked[-1] == "shop_give_up"
    assert state == "broken"


def test_a_wait_is_a_durable_timer_one_second_beyond_what_was_asked() -> None:
    orchestrator = run_orchestrator(NAMES)(Context(REF))
    next(orchestrator)
    assert orchestrator.send(step("wait")) == ("timer", "2030-01-01T12:00:01+00:00")


def test_many_waits_end_a_slice_before_its_history_grows() -> None:
    script: Script = {"shop_drive": [step("wait", 0.0)] * 500}
    asked, state = play(run_orchestrator(NAMES), REF, script)
    assert asked.count("shop_drive") == SLICE_STEPS
    assert asked[-1] == "shop_hand_over"
    assert state == "more"
