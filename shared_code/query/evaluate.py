"""The meaning of conditions in plain Python, for short lists that no table keeps.

And the yardstick that the SQL is tested against.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared_code.model import Kind, Property
from shared_code.query.ast import Every, Operator, Some
from shared_code.query.resolve import Condition, Filter, Value, as_instant

_COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.CONTAINS: operator.contains,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}


def evaluate(conditions: Filter, record: Mapping[str, Any]) -> bool:
    """Say whether a decoded record (wire names, numbers unrounded) meets the conditions."""
    match conditions:
        case Condition():
            return _holds(conditions, record)
        case Every(parts):
            return all(evaluate(part, record) for part in parts)
        case Some(parts):
            return any(evaluate(part, record) for part in parts)


def id_forms(value: str) -> tuple[str, ...]:
    """The forms in which an id may be written for the one that is stored."""
    return tuple(dict.fromkeys((value, value.lower(), value.upper())))


def _holds(condition: Condition, record: Mapping[str, Any]) -> bool:
    found = [value for value in _values(record, condition.property.path) if value is not None]
    if condition.operator is Operator.NOT_EQUAL:
        return not _any(condition.property, found, Operator.EQUAL, condition.value)
    return _any(condition.property, found, condition.operator, condition.value)


def _any(held: Property, found: list[object], operation: Operator, value: Value) -> bool:
    if value is None:
        return not found
    if held.is_id and isinstance(value, str) and operation is Operator.EQUAL:
        return any(str(each) in id_forms(value) for each in found)
    wanted = _comparable(held.kind, value)
    return any(_COMPARE[operation](_comparable(held.kind, each), wanted) for each in found)


def _comparable(kind: Kind, value: object) -> object:
    match kind:
        case Kind.TEXT:
            return str(value).lower()
        case Kind.MONEY | Kind.NUMBER:
            return Decimal(str(value))
        case Kind.DATETIME:
            held = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return as_instant(held)
        case Kind.BOOLEAN:
            return value


def _values(value: object, path: str) -> Iterator[object]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        name, _, rest = path.partition(".")
        yield from _values(value.get(name), rest)
