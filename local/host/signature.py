"""A function's parameters compared with its bindings, by the rules of the Python worker.

Every broken rule fails the whole app, as there: the host then serves no function at all.
"""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.host.converters import PLAIN, answers_by_itself, fits_input, fits_output
from local.host.messages import Binding

# What `typing` parametrises without making a class of it.
_NO_CLASSES = (typing.Union, types.UnionType, tuple, typing.ClassVar, collections.abc.Callable)


class AppError(Exception):
    """The app cannot be indexed; the text is for its developer."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The converter of each input and output parameter, and of what the function returns."""

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    returns: str | None
    wants_context: bool


def read_signature(name: str, call: Callable[..., Any], bindings: list[Binding]) -> Signature:
    """Compare a function with its bindings.

    Raises:
        AppError: they do not fit; the text names the function and the parameter.
    """
    hints = _hints(name, call)
    _check_directions(name, bindings)
    bound = {binding.name: binding for binding in bindings if binding.name != "$return"}
    parameters = set(inspect.signature(call).parameters)
    wants_context = "context" in parameters and "context" not in bound
    if wants_context:
        _check_context(name, hints)
        parameters.discard("context")
    for extra in sorted(parameters - set(bound)):
        raise AppError(f"Function {name}: the parameter '{extra}' has no binding.")
    for extra in sorted(set(bound) - parameters):
        raise AppError(f"Function {name}: the binding '{extra}' has no parameter.")
    kinds = {key: _kind(name, binding, hints) for key, binding in bound.items()}
    return Signature(
        inputs={key: kind for key, kind in kinds.items() if not bound[key].out},
        outputs={key: kind for key, kind in kinds.items() if bound[key].out},
        returns=_returns(name, bindings, hints),
        wants_context=wants_context,
    )


def _hints(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except NameError as error:
        # A name that only type checkers import is none for the worker either.
        raise AppError(f"Function {name}: an annotation cannot be read: {error}.") from error


def _check_directions(name: str, bindings: list[Binding]) -> None:
    for binding in bindings:
        if binding.fields.get("direction") not in ("IN", "OUT"):
            raise AppError(f"Function {name}: '{binding.name}' must have direction IN or OUT.")
        if binding.name == "$return" and not binding.out:
            raise AppError(f"Function {name}: the '$return' binding must have direction OUT.")


def _check_context(name: str, hints: Mapping[str, Any]) -> None:
    hint = hints.get("context")
    if "context" in hints and (not isinstance(hint, type) or hint.__name__ != "Context"):
        raise AppError(f"Function {name}: the parameter 'context' must be a func.Context.")


def _kind(name: str, binding: Binding, hints: Mapping[str, Any]) -> str:
    """Check a parameter's annotation; the binding type whose converter serves it."""
    if binding.name not in hints:
        return binding.type
    hint = hints[binding.name]
    out = _is_out(hint)
    if binding.out and not out:
        raise AppError(f"Function {name}: the output '{binding.name}' must be a func.Out[...].")
    if out and not binding.out:
        raise AppError(f"Function {name}: the input '{binding.name}' cannot be a func.Out.")
    wanted = _inner(name, binding.name, hint) if out else hint
    if not isinstance(wanted, type) and not _is_parametrised(wanted):
        raise AppError(
            f"Function {name}: '{binding.name}' cannot be {hint!r}; "
            "a class is expected, or one of `typing` such as List[str]."
        )
    plain = wanted in (str, bytes) and not answers_by_itself(binding.type)
    kind = PLAIN if plain else binding.type
    if not (fits_output if out else fits_input)(kind, wanted):
        raise AppError(
            f"Function {name}: '{binding.name}' is a {binding.type}, which cannot be {wanted!r}."
        )
    return kind


def _is_out(hint: object) -> bool:
    return getattr(typing.get_origin(hint) or hint, "__name__", "") == "Out"


def _inner(name: str, parameter: str, hint: object) -> object:
    inner = typing.get_args(hint)
    if len(inner) != 1:
        raise AppError(f"Function {name}: '{parameter}' must say what it holds: func.Out[str].")
    return inner[0]


def _is_parametrised(hint: object) -> bool:
    """Whether the worker takes it for a generic class: `List[str]` yes, `list[str]` no."""
    if isinstance(hint, types.GenericAlias):
        return False
    origin = typing.get_origin(hint)
    return origin is not None and origin not in _NO_CLASSES


def _returns(name: str, bindings: list[Binding], hints: Mapping[str, Any]) -> str | None:
    explicit = next((b.type for b in bindings if b.name == "$return"), None)
    if explicit is None:
        implicit = [b.type for b in bindings if answers_by_itself(b.type)]
        return implicit[-1] if implicit else None
    if "return" in hints:
        hint = hints["return"]
        if not isinstance(hint, type) or not fits_output(explicit, hint):
            raise AppError(
                f"Function {name}: what is returned goes to a binding of type {explicit}, "
                f"and cannot be {hint!r}."
            )
    return explicit
