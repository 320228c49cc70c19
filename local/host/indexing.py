"""Index a function app as the Python worker does, with its rules about parameters and bindings.

Every broken rule fails the whole app, as there: the host then serves no function at all.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions import meta
from azure.functions.decorators.function_app import Function as DeclaredFunction

from local.host.messages import Binding, Function

# The trigger attribute that overrides the name orchestrators and clients use.
_DURABLE_NAMES = {
    "orchestrationTrigger": "orchestration",
    "activityTrigger": "activity",
    "entityTrigger": "entity_name",
}
_DURABLE = {*_DURABLE_NAMES, "durableClient"}


class AppError(Exception):
    """The app cannot be indexed; the text is for its developer."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A function ready to be called, and what the supervisor needs to know of it."""

    info: Function
    call: Callable[..., Any]
    is_async: bool
    wants_context: bool
    clients: tuple[str, ...]
    outputs: dict[str, str]
    implicit_output: bool


def index(app: Path) -> dict[str, Loaded]:
    """Import `function_app.py` and index what it declares, by function name.

    Raises:
        AppError: the app breaks a rule. Whatever the import itself raises passes through.
    """
    module = _import(app / os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py"))
    apps = {id(value): value for value in vars(module).values() if _is_app(value)}
    if len(apps) != 1:
        raise AppError(
            f"{app.name}: exactly one FunctionApp is expected at the top level, {len(apps)} found."
        )
    (found,) = apps.values()
    loaded = map(_load, found.get_functions())
    return {function.info.name: function for function in loaded}


def _is_app(value: object) -> bool:
    return isinstance(value, func.FunctionRegister)


def _import(file: Path) -> object:
    if not file.exists():
        raise AppError(f"There is no {file.name} in {file.parent}.")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise AppError(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def _load(function: DeclaredFunction) -> Loaded:
    name = str(function.get_function_name())
    call = function.get_user_function()
    if function.get_trigger() is None:
        raise AppError(f"Function {name} has no trigger.")
    bindings = [_binding(json.loads(raw)) for raw in function.get_raw_bindings()]
    trigger = next(b for b in bindings if b.type.lower().endswith("trigger"))
    wants_context = _check_parameters(name, call, bindings)
    _check_annotations(name, call, bindings)
    outputs = {b.name: b.type for b in bindings if b.out}
    info = Function(
        name=name,
        trigger=trigger,
        bindings=bindings,
        durable_name=_durable_name(function, trigger, name),
        retry={
            key: str(v) for key, v in (function.get_settings_dict("retry_policy") or {}).items()
        },
    )
    return Loaded(
        info=info,
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        wants_context=wants_context,
        clients=tuple(b.name for b in bindings if b.type == "durableClient"),
        outputs=outputs,
        implicit_output=trigger.type in _DURABLE_NAMES,
    )


def _binding(fields: dict[str, Any]) -> Binding:
    return Binding(
        type=fields["type"],
        name=fields["name"],
        out=fields.get("direction") == "OUT",
        fields=fields,
    )


def _durable_name(function: DeclaredFunction, trigger: Binding, name: str) -> str:
    attribute = _DURABLE_NAMES.get(trigger.type)
    override = getattr(function.get_trigger(), attribute, None) if attribute else None
    return str(override or name)


def _check_parameters(name: str, call: Callable[..., Any], bindings: list[Binding]) -> bool:
    """Compare parameters and bindings; whether the function wants a `context`."""
    parameters = set(inspect.signature(call).parameters)
    bound = {binding.name for binding in bindings if binding.name != "$return"}
    for binding in bindings:
        if binding.fields.get("direction") not in ("IN", "OUT"):
            raise AppError(f"Function {name}: '{binding.name}' must have direction IN or OUT.")
        if binding.name == "$return" and not binding.out:
            raise AppError(f"Function {name}: the '$return' binding must have direction OUT.")
    wants_context = "context" in parameters and "context" not in bound
    if wants_context:
        hint = _hints(call).get("context")
        if hint is not None and getattr(hint, "__name__", "") != "Context":
            raise AppError(f"Function {name}: the parameter 'context' must be a func.Context.")
        parameters.discard("context")
    for extra in sorted(parameters - bound):
        raise AppError(f"Function {name}: the parameter '{extra}' has no binding.")
    for extra in sorted(bound - parameters):
        raise AppError(f"Function {name}: the binding '{extra}' has no parameter.")
    return wants_context


def _check_annotations(name: str, call: Callable[..., Any], bindings: list[Binding]) -> None:
    hints = _hints(call)
    for binding in bindings:
        hint = hints.get(binding.name)
        if binding.type in _DURABLE or binding.name == "$return" or hint is None:
            continue
        is_out = typing.get_origin(hint) is func.Out or hint is func.Out
        if binding.out and not is_out:
            raise AppError(f"Function {name}: the output '{binding.name}' must be a func.Out[...].")
        if not binding.out and is_out:
            raise AppError(f"Function {name}: the input '{binding.name}' cannot be a func.Out.")
        if not binding.out and not _fits(binding.type, hint):
            raise AppError(
                f"Function {name}: '{binding.name}' is a {binding.type}, which cannot be {hint!r}."
            )


def converter_of(kind: str) -> Any:  # noqa: ANN401 - the SDK's converters are untyped classes
    """Look up the SDK's converter of a binding type; None if it has none."""
    return meta.get_binding_registry().get(kind)  # type: ignore[no-untyped-call]


def _hints(call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except NameError:
        return {}  # a name that only type checkers see: nothing can be checked


def _fits(binding: str, hint: object) -> bool:
    converter = converter_of(binding)
    if converter is None or hint in (str, bytes, Any) or not isinstance(hint, type):
        return True
    return bool(converter.check_input_type_annotation(hint))
