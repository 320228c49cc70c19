"""The orchestration of an export only decides: driven here step by step, without a host."""

from __future__ import annotations

from typing import Any

import pytest

from shared_code.exports.orchestration import STEPS, export_orchestrator

REF = {"company_id": "co-1", "export_id": "e-1", "fence": 3}


class Context:
    """Notes what the orchestrator asks for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.anew: list[object] = []

    def get_input(self) -> dict[str, Any]:
        return REF

    def call_activity_with_retry(self, name: str, _: object, given: object) -> None:
        self.asked.append((name, given))

    def continue_as_new(self, given: object) -> None:
        self.anew.append(given)


def play(answers: list[Any]) -> tuple[Context, Any]:
    """Run to the end; gives what was asked for, and the result."""
    context = Context()
    steps = export_orchestrator("step")(context)
    try:
        next(steps)
        for answer in answers:
            steps.send(answer)
    except StopIteration as end:
        return context, end.value
    raise AssertionError("the orchestration asks for more")


@pytest.mark.parametrize("end", ["over", "lost"])
def test_an_export_is_stepped_until_there_is_no_more(end: str) -> None:
    context, result = play(["more", "more", end])
    assert (context.asked, context.anew, result) == ([("step", REF)] * 3, [], end)


def test_a_long_export_begins_its_history_anew() -> None:
    context, _ = play(["more"] * STEPS)
    assert len(context.asked) == STEPS
    assert context.anew == [REF]


def test_a_step_that_fails_again_and_again_ends_the_orchestration() -> None:
    steps = export_orchestrator("step")(Context())
    next(steps)
    with pytest.raises(RuntimeError, match="four times"):
        steps.throw(RuntimeError("four times"))
