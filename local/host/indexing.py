"""Index a function app as the Python worker does; whatever is wrong fails the whole app."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions.decorators.function_app import Function as DeclaredFunction

from local.host.messages import Binding, Function
from local.host.signature import AppError, Signature, read_signature

# The trigger attribute that overrides the name orchestrators and clients use.
_DURABLE_NAMES = {
    "orchestrationTrigger": "orchestration",
    "activityTrigger": "activity",
    "entityTrigger": "entity_name",
}
_SCRIPT = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_-]*\.py")
_FIXED = {"delay_interval"}
_GROWING = {"minimum_interval", "maximum_interval"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A function ready to be called, and what the supervisor needs to know of it."""

    info: Function
    call: Callable[..., Any]
    is_async: bool
    signature: Signature


def index(app: Path) -> dict[str, Loaded]:
    """Import `function_app.py` and index what it declares, by function name.

    Raises:
        AppError: the app breaks a rule; the text names the function, its file and line. Whatever
            the import itself raises passes through.
    """
    module = _import(app / _script())
    apps = [value for value in vars(module).values() if _is_app(value)]
    if len(apps) != 1:
        raise AppError(
            f"{app.name}: exactly one FunctionApp is expected at the top level, {len(apps)} found."
        )
    (found,) = apps
    loaded = map(_load, found.get_functions())
    return {function.info.name: function for function in loaded}


def _script() -> str:
    name = os.environ.get("PYTHON_SCRIPT_FILE_NAME") or "function_app.py"
    if not _SCRIPT.fullmatch(name):
        raise AppError(f"PYTHON_SCRIPT_FILE_NAME: '{name}' is no name of a Python file.")
    return name


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
    try:
        return _loaded(function)
    except AppError as error:
        raise AppError(f"{error}{_place(function.get_user_function())}") from error.__cause__


def _place(call: Callable[..., Any]) -> str:
    """Say where a function stands, where Python knows."""
    try:
        code = inspect.unwrap(call).__code__
    except AttributeError:
        return ""
    return f" ({code.co_filename}:{code.co_firstlineno})"


def _loaded(function: DeclaredFunction) -> Loaded:
    name = str(function.get_function_name())
    call = function.get_user_function()
    if function.get_trigger() is None:
        raise AppError(f"Function {name} has no trigger.")
    bindings = [_binding(json.loads(raw)) for raw in function.get_raw_bindings()]
    trigger = next(b for b in bindings if b.type.lower().endswith("trigger"))
    info = Function(
        name=name,
        trigger=trigger,
        bindings=bindings,
        durable_name=_durable_name(function, trigger, name),
        retry=_retry(name, function.get_settings_dict("retry_policy") or {}),
    )
    return Loaded(
        info=info,
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        signature=read_signature(name, call, bindings),
    )


def _retry(name: str, policy: dict[str, Any]) -> dict[str, str]:
    """Check a retry policy; times are `hh:mm:ss`."""
    given = {key: str(value) for key, value in policy.items() if value is not None}
    fixed = given.get("strategy") == "fixed_delay"
    try:
        if given:
            int(given["max_retry_count"])
        for key in _FIXED if given and fixed else _GROWING & given.keys():
            time.strptime(given[key], "%H:%M:%S")
    except (KeyError, ValueError) as error:
        raise AppError(f"Function {name}: the retry policy is wrong: {error}.") from error
    return given


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
