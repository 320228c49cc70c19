"""A function that the host cannot serve is off, says why, and leaves the others alone."""

from __future__ import annotations

from typing import Any

import pytest

from local.host.functions import check
from local.host.messages import Binding, Function


def function(name: str, kind: str, **fields: Any) -> Function:  # noqa: ANN401 - any JSON
    trigger = Binding(kind, "x", out=False, fields=fields)
    return Function(name, trigger, [trigger], name, {})


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (function("b", "timerTrigger", schedule="now and then"), "The schedule is wrong"),
        (function("b", "timerTrigger", schedule="%NO%"), "'%NO%' does not resolve"),
        (function("b", "queueTrigger", queueName="%NO%"), "'%NO%' does not resolve"),
        (function("b", "blobTrigger", path="x"), "binding type(s) 'blobTrigger' are not served"),
        (function("b", "httpTrigger", route="Admin/x"), "conflicts with one or more built in"),
        (function("b", "httpTrigger", route="runtimes"), "conflicts with one or more built in"),
    ],
)
def test_only_the_function_that_cannot_be_served_is_off(broken: Function, text: str) -> None:
    one, other = check([function("a", "httpTrigger", route="fine"), broken], {})
    assert one.error is None
    assert text in (other.error or "")


def test_of_two_functions_with_one_route_the_second_by_name_is_off() -> None:
    both = [function(n, "httpTrigger", route="Same", methods=["GET"]) for n in ("b", "A")]
    third = function("c", "httpTrigger", route="same", methods=["POST"])
    errors = {one.function.name: one.error for one in check([*both, third], {})}
    assert errors["A"] is None
    assert errors["c"] is None
    assert "has the route" in (errors["b"] or "")


def test_settings_are_put_into_the_fields() -> None:
    (one,) = check([function("a", "queueTrigger", queueName="q-%X%")], {"X": "1"})
    assert one.fields["queueName"] == "q-1"


def test_a_function_without_a_route_is_reached_by_its_name() -> None:
    (one,) = check([function("a", "httpTrigger", authLevel="ANONYMOUS")], {})
    assert one.route.template == "a"
    assert one.route.methods == frozenset()
