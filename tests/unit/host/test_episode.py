"""What the function answers decides how an episode ends; the text it is given is exact."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.durable.episode import MARKER, can_skip, decide, read_state, skip, trigger_input
from local.host.durable.history import (
    Event,
    History,
    Kind,
    compact,
    dump,
    load,
    moment,
    stamp,
)
from local.host.durable.store import Instance, Parent
from local.host.messages import Failure, Result
from tests.support.history_events import event

STARTED = [
    event(Kind.ORCHESTRATOR_STARTED),
    event(Kind.EXECUTION_STARTED, Name="run", Version=None, Input=None),
]
ACTIVITY = {"actionType": 0, "functionName": "A", "input": "1"}


def instance(**fields: Any) -> Instance:  # noqa: ANN401 - of an instance
    return Instance("i", "x", "run", None, None, 0, 0, history=History([]), **fields)


def answer(**told: object) -> Result:
    return Result(0, json.dumps({"isDone": False, "actions": [[]], **told}), [])


def raised(text: str, **told: object) -> Result:
    state = json.dumps({"isDone": False, "actions": [[]], "error": text, **told})
    return Result(0, None, [], Failure(f"Exception: {text}{MARKER}{state}", "trace"))


def test_a_result_completes_the_instance() -> None:
    step = decide(instance(), STARTED, read_state(answer(isDone=True, output=[1])), strict=False)
    assert step.outcome is not None
    assert (step.outcome.status, step.outcome.output) == ("Completed", [1])
    assert [e["EventType"] for e in step.events] == [12, 0, 1, 13]


def test_an_exception_fails_the_instance_with_its_text() -> None:
    step = decide(instance(), STARTED, read_state(raised("planned")), strict=False)
    assert step.outcome is not None
    assert step.outcome.status == "Failed"
    assert step.outcome.output == "Orchestrator function 'run' failed: planned"


def test_an_exception_outside_of_the_protocol_fails_it_too() -> None:
    result = Result(0, None, [], Failure("KeyError: 'x'", "trace"))
    step = decide(instance(), STARTED, read_state(result), strict=False)
    assert step.outcome is not None
    assert step.outcome.output == "Orchestrator function 'run' failed: KeyError: 'x'"


def test_a_failed_serialization_forgets_the_actions() -> None:
    state = read_state(raised("no JSON", isDone=True, actions=[[ACTIVITY]]))
    assert state.actions == []


def test_the_custom_status_is_what_was_told_last() -> None:
    state = read_state(answer(customStatus={"a": 1}))
    assert decide(instance(), STARTED, state, strict=False).custom_status == '{"a": 1}'
    before = instance(custom_status='"old"')
    assert decide(before, STARTED, read_state(answer()), strict=False).custom_status is None


def test_the_first_episode_after_a_continue_as_new_has_one_more_mark() -> None:
    state = read_state(answer(actions=[[ACTIVITY]]))
    step = decide(instance(generation=1), STARTED, state, strict=False)
    assert [e["EventType"] for e in step.events] == [12, 0, 13, 4, 13]


def test_a_fan_out_that_goes_on_waiting_needs_no_call() -> None:
    of = instance()
    calls = {"actionType": 12, "compoundActions": [ACTIVITY] * 3}
    step = decide(of, STARTED, read_state(answer(actions=[[calls]])), strict=False)
    of.decider = step.decider
    one = [event(Kind.TASK_COMPLETED, TaskScheduledId=0, Result="1")]
    assert can_skip(of.decider, one)
    assert not can_skip(of.decider, one * 3)
    assert not can_skip(of.decider, [event(Kind.TASK_FAILED, TaskScheduledId=0)])
    assert not can_skip(None, one)
    assert of.decider is not None
    assert skip(of, of.decider, [STARTED[0], *one]).outcome is None
    assert of.decider.still_missing == 2


def test_the_function_is_given_the_whole_history_and_only_the_new_is_unplayed() -> None:
    of = instance(parent=Parent("p", "y", 3))
    assert of.history is not None
    of.history.append([dump(e) for e in STARTED])
    new = [dump(event(Kind.ORCHESTRATOR_STARTED))]
    given = json.loads(trigger_input(of, of.history, new))
    assert [e["IsPlayed"] for e in given["history"]] == [True, True, False]
    assert given["parentInstanceId"] == "p"
    assert given["input"] is None
    again = json.loads(trigger_input(of, of.history, new))
    assert again == given


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_an_event_survives_being_written(fields: Event) -> None:
    assert load(dump(fields)) == fields


@given(JSON)
def test_compact_json_means_the_same(value: object) -> None:
    text = compact(json.dumps(value, indent=2))
    assert json.loads(text) == value
    assert "\n" not in text


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis adds the zone
def test_a_time_survives_being_written(value: datetime) -> None:
    assert moment(stamp(value)) == value.astimezone(UTC)


def test_a_time_without_a_zone_is_utc() -> None:
    assert moment("2026-01-01T00:00:00").tzinfo is not None


@pytest.mark.parametrize("text", ["", "{", "nonsense"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Expecting"):
        compact(text)
