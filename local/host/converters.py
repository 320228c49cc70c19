"""What turns the values of bindings into Python's and back: the SDK's converters, or a plain one.

A parameter annotated `str` or `bytes`, or of a type that the SDK does not know, is plain: its text
or bytes go through as they are.
"""

from __future__ import annotations

import json
from typing import Any

from azure.functions import meta
from azure.functions.meta import Datum

PLAIN = "generic"


class _Plain:
    """The converter of everything that has none of its own."""

    @staticmethod
    def check_input_type_annotation(hint: type) -> bool:
        return issubclass(hint, str | bytes)

    @staticmethod
    def check_output_type_annotation(hint: type) -> bool:
        return issubclass(hint, str | bytes | bytearray)

    @staticmethod
    def decode(data: Datum, *, trigger_metadata: object) -> object:
        del trigger_metadata
        if data.type not in ("string", "bytes", "json"):
            raise ValueError(f"a parameter of type str or bytes cannot be given {data.type} data")
        return data.value

    @staticmethod
    def encode(value: object, *, expected_type: object) -> Datum:
        del expected_type
        match value:
            case str():
                return Datum(value, "string")
            case bytes() | bytearray():
                return Datum(bytes(value), "bytes")
            case None:
                return Datum(None, None)
            case dict() | list():
                return Datum(json.dumps(value), "json")
            case int() | float():
                return Datum(str(int(value) if isinstance(value, bool) else value), "json")
        raise NotImplementedError


def converter_of(kind: str) -> Any:  # noqa: ANN401 - the SDK's converters are untyped classes
    """Look up the converter of a binding type; the plain one for what the SDK does not know."""
    return meta.get_binding_registry().get(kind) or _Plain  # type: ignore[no-untyped-call]


def answers_by_itself(kind: str) -> bool:
    """Whether what a function returns goes to this binding without a `$return` for it."""
    converter = converter_of(kind)
    if converter is _Plain:
        return True
    return bool(getattr(converter, "has_implicit_output", lambda: False)())


def fits_input(kind: str, hint: object) -> bool:
    """Whether a parameter with this annotation can be given what the binding holds."""
    try:
        return bool(converter_of(kind).check_input_type_annotation(hint))
    except TypeError:
        return False  # not a class


def fits_output(kind: str, hint: object) -> bool:
    """Whether a value of this annotation can be put into the binding."""
    try:
        return bool(converter_of(kind).check_output_type_annotation(hint))
    except TypeError:
        return False  # not a class


def encode(kind: str, value: object) -> Datum:
    """Encode a value for an output.

    Raises:
        TypeError: the binding cannot hold it.
    """
    try:
        datum: Datum = converter_of(kind).encode(value, expected_type=None)
    except NotImplementedError as error:
        name = type(value).__name__
        raise TypeError(f"a value of type {name} cannot be put into a '{kind}' output") from error
    return datum
