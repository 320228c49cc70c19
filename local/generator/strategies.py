"""Hypothesis strategies made from the models: whatever a model allows, its strategy can draw."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from hypothesis import strategies as st

from local.generator import values
from local.generator.ids import id_of, referred
from shared_code.model import DATA_TYPES, DataType, Dated, Shape
from shared_code.model.commerce.shapes import TransactionSourceRef, TransactionSourceType

Strategy = st.SearchStrategy[Any]

_DEEPEST = 3
"""How often a shape may hold itself."""


@dataclass(frozen=True, slots=True)
class Books:
    """What records of a type are made for.

    Args:
        known: How many records each other type has, for references to name.
        digits: The most that a number has; a model allows 40.
    """

    data_type: DataType
    known: int = 100
    digits: int = 40


def records_of(data_type: str, known: int = 100, digits: int = 40) -> st.SearchStrategy[Shape]:
    """Draw records of a type; see `Books`."""
    books = Books(DataType(data_type), known, digits)
    return _shape(DATA_TYPES[books.data_type].model, books, ())


@cache
def _shape(
    model: type[Shape], books: Books, within: tuple[type[Shape], ...]
) -> st.SearchStrategy[Shape]:
    fields: dict[str, Strategy] = {}
    for name, field in model.model_fields.items():
        # A reader fills in when a version was published.
        if name == "modified_date" and issubclass(model, Dated):
            continue
        if field.is_required():
            fields[name] = _field(model, name, books, (*within, model))
        elif not _endless(field.annotation, (*within, model)):
            fields[name] = st.none() | _field(model, name, books, (*within, model))
    drawn = st.fixed_dictionaries(fields)
    return drawn.map(lambda made: model.model_validate(_named(model, made, books)))


def _endless(annotation: Any, within: tuple[type[Shape], ...]) -> bool:  # noqa: ANN401 - as _value
    return within.count(annotation) >= _DEEPEST or any(
        _endless(arm, within) for arm in get_args(annotation)
    )


def _field(
    model: type[Shape], name: str, books: Books, within: tuple[type[Shape], ...]
) -> Strategy:
    field = model.model_fields[name]
    if _names_others(model) and name == "id":
        return st.integers(0, books.known - 1)
    if other := referred(books.data_type, model, name):
        return st.integers(0, books.known - 1).map(lambda number: id_of(other, number))
    if name == "id" and issubclass(model, Dated):
        return st.integers(0, 10**6).map(lambda number: id_of(books.data_type, number))
    if name == "data_type" and _bare(field.annotation) is str:
        return st.sampled_from(DataType).map(str)
    return _value(field.annotation, name, books, within)


def _names_others(model: type[Shape]) -> bool:
    """Whether a shape names a record of a type that it says itself."""
    return model is TransactionSourceRef or {"id", "data_type"} <= model.model_fields.keys()


_SOURCES: Mapping[TransactionSourceType, DataType] = {
    TransactionSourceType.ORDER: DataType.COMMERCE_ORDERS,
    TransactionSourceType.PAYMENT: DataType.COMMERCE_PAYMENTS,
}


def _named(model: type[Shape], made: Mapping[str, Any], books: Books) -> dict[str, Any]:
    """Leave out what is missing, and turn the number of a record into its id."""
    held = {name: value for name, value in made.items() if value is not None}
    if _names_others(model) and "id" in held:
        kind = held.get("data_type") or _SOURCES.get(held.get("type", ""), books.data_type)
        held["id"] = id_of(kind, held["id"])
    return held


# Annotations are of any type.
def _value(  # noqa: PLR0911 - one for each kind of annotation
    annotation: Any,  # noqa: ANN401
    name: str,
    books: Books,
    within: tuple[type[Shape], ...],
) -> Strategy:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        longest = _longest(inner)
        return values.texts(name, longest) if longest else _value(inner[0], name, books, within)
    if origin in {Union, types.UnionType}:
        return _value(_optional(annotation), name, books, within)
    if origin is tuple:
        return st.lists(_value(inner[0], name, books, within), max_size=3)
    if origin is dict:
        return st.dictionaries(
            values.texts("key"), _value(inner[1], name, books, within), max_size=3
        )
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return _shape(annotation, books, within)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    return _scalar(annotation, name, books)


def _longest(marks: tuple[Any, ...]) -> int | None:
    """The most characters that a `Field(max_length=..)` among an annotation's marks allows."""
    limits = [each for mark in marks for each in getattr(mark, "metadata", ())]
    return next((each.max_length for each in limits if hasattr(each, "max_length")), None)


def _scalar(annotation: object, name: str, books: Books) -> Strategy:
    scalars: Mapping[object, Strategy] = {
        str: values.texts(name),
        bool: st.booleans(),
        int: st.integers(-(2**53), 2**53),
        Decimal: values.decimals(books.digits),
        datetime: values.TIMESTAMPS,
        Any: values.JSON,
    }
    return scalars[annotation]


def _optional(annotation: object) -> Any:  # noqa: ANN401 - as _value
    return next(arm for arm in get_args(annotation) if arm is not type(None))


def _bare(annotation: object) -> object:
    return _optional(annotation) if type(None) in get_args(annotation) else annotation
