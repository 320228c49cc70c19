"""JSON schemas of what lists hold, as whoever writes an extractor for them would declare them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

Schema = dict[str, Any]


def schema_of(records: Iterable[dict[str, Any]]) -> Schema:
    """Describe records by the properties that any of them has."""
    return _object(list(records))


def _schema(values: list[Any]) -> Schema:
    """Describe a property by its values: they are of one type, or null."""
    match next((each for each in values if each is not None), None):
        case dict():
            return _object([each for each in values if isinstance(each, dict)])
        case list():
            rows = [each for each in values if isinstance(each, list)]
            return {"type": ["array", "null"], "items": _schema([*chain.from_iterable(rows)])}
        case bool():
            return {"type": ["boolean", "null"]}
        case int() | float():
            return {"type": ["number", "null"]}
    return {"type": ["string", "null"]}


def _object(found: list[dict[str, Any]]) -> Schema:
    names = dict.fromkeys(chain.from_iterable(found))
    properties = {name: _schema([each[name] for each in found if name in each]) for name in names}
    return {"type": ["object", "null"], "properties": properties}
