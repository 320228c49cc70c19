"""What of an indexed app can be served: the host's own start-up checks.

Three grades, as on the real host: what the host cannot use puts that function in error and the rest
runs; what Python refuses (see `indexing`) leaves no function; a bad route template stops the host.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local.host.messages import Binding, Function
from local.host.ncrontab import Schedule, ScheduleError
from local.host.routing import RESERVED, Route
from local.host.settings import resolve

DURABLE_TRIGGERS = ("orchestrationTrigger", "activityTrigger", "entityTrigger")
TRIGGERS = ("httpTrigger", "timerTrigger", "queueTrigger", *DURABLE_TRIGGERS)
OTHERS = ("http", "queue", "durableClient")


@dataclass(frozen=True, slots=True)
class Hosted:
    """A function, its trigger's fields with settings resolved, and why it is off, if it is."""

    function: Function
    fields: Mapping[str, Any]
    error: str | None = None

    @property
    def trigger(self) -> str:
        """The type of the trigger."""
        return self.function.trigger.type

    @property
    def route(self) -> Route:
        """The HTTP route; only of HTTP functions."""
        methods = frozenset(str(method).upper() for method in self.fields.get("methods") or ())
        template = self.fields.get("route")
        name = self.function.name
        return Route(name, name if template is None else str(template), methods)


def check(functions: Iterable[Function], environment: Mapping[str, str]) -> list[Hosted]:
    """Grade each function, in alphabetical order of their names."""
    hosted: list[Hosted] = []
    seen: set[tuple[str, str]] = set()
    for function in sorted(functions, key=lambda function: function.name.lower()):
        one = _check(function, environment)
        if one.error is None:
            one = _refuse_double(one, seen)
        hosted.append(one)
    return hosted


def _check(function: Function, environment: Mapping[str, str]) -> Hosted:
    fields = function.trigger.fields
    try:
        for binding in function.bindings:
            _check_type(binding)
            _resolved(binding.fields, environment)
            _check_connection(str(binding.fields.get("connection") or ""), environment)
        _check_kind(function)
        fields = _resolved(fields, environment)
        _check_trigger(function.trigger.type, fields)
    except (LookupError, ValueError) as error:
        return Hosted(function, fields, str(error))
    return Hosted(function, fields)


def _check_type(binding: Binding) -> None:
    known = TRIGGERS if binding.type.lower().endswith("trigger") else OTHERS
    if binding.type not in known:
        raise ValueError(
            f"'{binding.name}' is a {binding.type}, which this host does not serve; it serves "
            f"{', '.join([*TRIGGERS, *OTHERS])}."
        )


def _check_connection(setting: str, environment: Mapping[str, str]) -> None:
    """See that a queue's account, if it is one, is given by a connection string."""
    value = environment.get(setting) if setting else None
    if value:
        from azure.storage.queue import QueueClient  # noqa: PLC0415 - its import takes 15 MB

        try:
            QueueClient.from_connection_string(value, "name").close()
        except ValueError as error:
            raise ValueError(f"The setting '{setting}' is no connection string: {error}") from error
        return
    prefix = f"{setting}__".lower()
    by_identity = [name for name in environment if name.lower().startswith(prefix)]
    if setting and by_identity:
        raise ValueError(
            f"The connection '{setting}' is to be made by identity ({min(by_identity)}), which "
            f"this host does not do: set '{setting}' to a connection string, or to nothing for "
            "its own queues."
        )


def _check_kind(function: Function) -> None:
    kind = function.trigger.type
    output = next((b.name for b in function.bindings if b.out), None)
    if kind in DURABLE_TRIGGERS and output is not None:
        raise ValueError(f"'{output}' is an output of an {kind}, which this host does not serve.")
    if function.retry and kind != "timerTrigger":
        raise ValueError(
            "A retry policy is for timers. A queue has maxDequeueCount in host.json, "
            "an activity the RetryOptions of its caller."
        )


def _check_trigger(kind: str, fields: Mapping[str, Any]) -> None:
    if kind == "timerTrigger":
        try:
            Schedule.parse(str(fields.get("schedule", "")))
        except ScheduleError as error:
            raise ValueError(f"The schedule is wrong: {error}") from error
    if kind == "httpTrigger" and str(fields.get("route") or "").lower().startswith(RESERVED):
        raise ValueError("The specified route conflicts with one or more built in routes.")


def _refuse_double(one: Hosted, seen: set[tuple[str, str]]) -> Hosted:
    claims = _claims(one)
    if claims & seen:
        what = "route" if one.trigger == "httpTrigger" else "queue"
        error = f"Another function has the {what} '{next(iter(claims))[0]}' already."
        return Hosted(one.function, one.fields, error)
    seen |= claims
    return one


def _claims(one: Hosted) -> set[tuple[str, str]]:
    """What a function must have to itself: its route for each method, or its queue."""
    if one.trigger == "queueTrigger":
        # The real host lets several functions take turns on one queue; nobody means that.
        return {(str(one.fields["queueName"]), f"queue of {one.fields.get('connection')}")}
    if one.trigger != "httpTrigger":
        return set()
    template = one.route.template.strip("/").lower()
    return {(template, method) for method in one.route.methods or {"*"}}


def _resolved(fields: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: resolve(value, environment) if isinstance(value, str) else value
        for name, value in fields.items()
    }
