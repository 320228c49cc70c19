"""A function that the host cannot serve is off, says why, and leaves the others alone."""

from __future__ import annotations

from typing import Any

import pytest

from local.host.functions import check
from local.host.messages import Binding, Function
from tests.support.interpreter import printed_by


def function(name: str, kind: str, **fields: Any) -> Function:  # noqa: ANN401 - any JSON
    trigger = Binding(kind, "x", out=False, fields=fields)
    return Function(name, trigger, [trigger], name, {})


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (function("b", "timerTrigger", schedule="now and then"), "The schedule is wrong"),
        (function("b", "timerTrigger", schedule="%NO%"), "'%NO%' does not resolve"),
        (function("b", "queueTrigger", queueName="%NO%"), "'%NO%' does not resolve"),
        (
            function("b", "blobTrigger", path="x"),
            "'x' is a blobTrigger, which this host does not serve",
        ),
        (function("b", "httpTrigger", route="Admin/x"), "conflicts with one or more built in"),
        (function("b", "httpTrigger", route="runtimes"), "conflicts with one or more built in"),
    ],
)
def test_only_the_function_that_cannot_be_served_is_off(broken: Function, text: str) -> None:
    one, other = check([function("a", "httpTrigger", route="fine"), broken], {})
    assert one.error is None
    assert text in (other.error or "")


IDENTITY = {"JOBS__queueServiceUri": "https://x.queue.core.windows.net", "JOBS__credential": "x"}


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        (IDENTITY, "The connection 'JOBS' is to be made by identity (JOBS__credential)"),
        ({"JOBS__accountName": "x"}, "set 'JOBS' to a connection string, or to nothing"),
        ({"JOBS": "nonsense"}, "The setting 'JOBS' is no connection string"),
        ({"JOBS": "AccountName=x"}, "The setting 'JOBS' is no connection string"),
    ],
)
def test_an_account_that_cannot_be_reached_that_way_is_named(
    environment: dict[str, str], text: str
) -> None:
    trigger = function("a", "queueTrigger", queueName="q", connection="JOBS")
    output = Binding("queue", "o", out=True, fields={"queueName": "q", "connection": "JOBS"})
    sender = function("b", "httpTrigger")
    sender.bindings.append(output)
    assert [text in (one.error or "") for one in check([trigger, sender], environment)] == [
        True
    ] * 2


@pytest.mark.parametrize(
    "environment",
    [{}, {"JOBS": ""}, {"JOBS": "UseDevelopmentStorage=true"}, {"OTHER__accountName": "x"}],
)
def test_a_queue_is_local_or_of_the_account_of_a_connection_string(
    environment: dict[str, str],
) -> None:
    (one,) = check([function("a", "queueTrigger", queueName="q", connection="JOBS")], environment)
    assert one.error is None


@pytest.mark.parametrize("kind", ["blob", "serviceBus", "cosmosDB", "table"])
def test_a_function_with_another_output_is_off_and_names_it(kind: str) -> None:
    one = function("a", "httpTrigger")
    one.bindings.append(Binding(kind, "out", out=True, fields={}))
    (checked,) = check([one], {})
    assert f"'out' is a {kind}, which this host does not serve; it serves http" in (
        checked.error or ""
    )


@pytest.mark.parametrize("kind", ["activityTrigger", "orchestrationTrigger", "entityTrigger"])
def test_a_durable_function_has_no_outputs(kind: str) -> None:
    one = function("a", kind)
    one.bindings.append(Binding("queue", "out", out=True, fields={"queueName": "q"}))
    (checked,) = check([one], {})
    assert f"'out' is an output of an {kind}" in (checked.error or "")


@pytest.mark.parametrize("kind", ["httpTrigger", "queueTrigger", "activityTrigger"])
def test_a_retry_policy_is_for_timers(kind: str) -> None:
    policy = {"strategy": "fixed_delay", "max_retry_count": "2", "delay_interval": "00:00:05"}
    trigger = Binding(kind, "x", out=False, fields={"queueName": "q"})
    (one,) = check([Function("a", trigger, [trigger], "a", policy)], {})
    assert "A retry policy is for timers." in (one.error or "")
    timer = Binding("timerTrigger", "x", out=False, fields={"schedule": "0 0 0 * * *"})
    (one,) = check([Function("a", timer, [timer], "a", policy)], {})
    assert one.error is None


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


def test_a_host_never_loads_the_azure_sdk_for_queues_of_its_own() -> None:
    script = """
import sys
import local.host.cli
from local.host.functions import check
from local.host.messages import Binding, Function
trigger = Binding("queueTrigger", "x", out=False, fields={"queueName": "q", "connection": ""})
check([Function("a", trigger, [trigger], "a", {})], {})
print(sorted(name for name in sys.modules if name.split(".")[0] == "azure"))
"""
    assert printed_by(script).strip() == "[]"
