"""The properties of a type that can be queried and sorted by: dotted paths and their kinds."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared_code.model.base import Kind, SupplementalData

_SIMPLE = {str: Kind.TEXT, int: Kind.NUMBER, datetime: Kind.DATETIME, bool: Kind.BOOLEAN}


@dataclass(frozen=True, slots=True)
class Property:
    """One queryable property.

    `many` says that it has any number of values (a company's `dataConnections.status`): `=` then
    means that any equals, `!=` that none does. `words` are all that it may be, if those are few (a
    status).
    """

    path: str
    kind: Kind
    many: bool = False
    words: tuple[str, ...] = ()

    @property
    def is_id(self) -> bool:
        """Whether it names a record (`id`, `accountId`), so that its case may matter."""
        name = self.path.rpartition(".")[2]
        return name == "id" or name.endswith("Id")


class PropertyIndex:
    """The queryable properties of one type, found in any case."""

    def __init__(self, name: str, properties: Iterable[Property]) -> None:
        self.name = name
        self._by_path = {found.path.lower(): found for found in properties}

    @property
    def names(self) -> tuple[str, ...]:
        """All paths as they are written on the wire, sorted."""
        return tuple(sorted((found.path for found in self._by_path.values()), key=str.lower))

    def find(self, path: str) -> Property | None:
        """Look a dotted path up, in any case."""
        return self._by_path.get(path.lower())


@cache
def index_of(model: type[BaseModel]) -> PropertyIndex:
    """Read a model's properties; arrays and free maps cannot be queried and are left out."""
    return PropertyIndex(model.__name__, _properties(model, ""))


def property_kind(model: type[BaseModel], path: str) -> Kind | None:
    """Say what a dotted path holds, None where there is no such queryable property."""
    found = index_of(model).find(path)
    return found.kind if found else None


def value_at(record: Mapping[str, Any], path: str) -> object:
    """Reach into a decoded record by dotted wire names; None where something is missing."""
    value: object = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _properties(model: type[BaseModel], prefix: str) -> Iterator[Property]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        held = _bare(field.annotation)
        if isinstance(held, type) and issubclass(held, BaseModel):
            if held is not SupplementalData:
                yield from _properties(held, f"{path}.")
        elif (kind := _kind(held, field)) is not None:
            yield Property(path, kind, words=_words(held))


def _words(held: object) -> tuple[str, ...]:
    if isinstance(held, type) and issubclass(held, Enum):
        return tuple(str(each.value) for each in held)
    return ()


def _kind(held: object, field: FieldInfo) -> Kind | None:
    for mark in (*field.metadata, *get_args(_optional(field.annotation))):
        if isinstance(mark, Kind):
            return mark
    if isinstance(held, type) and issubclass(held, Enum):
        return Kind.TEXT
    if held is Decimal:
        return Kind.NUMBER
    return _SIMPLE.get(held) if isinstance(held, type) else None


def _optional(annotation: object) -> object:
    """Take `| None` away."""
    if get_origin(annotation) in {Union, types.UnionType}:
        return next(arm for arm in get_args(annotation) if arm is not type(None))
    return annotation


def _bare(annotation: object) -> object:
    """Take `| None` and the annotations away; what stays of an array is no class."""
    inner = _optional(annotation)
    return get_args(inner)[0] if hasattr(inner, "__metadata__") else inner
