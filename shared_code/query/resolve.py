"""Syntax tree to typed conditions: properties looked up, values read as the property's kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

from shared_code.errors import Reject
from shared_code.model import Kind, Property
from shared_code.query.ast import Clause, Every, Operator, Query, Some
from shared_code.query.parser import malformed, parse_order

Value: TypeAlias = str | Decimal | datetime | bool | None


class Schema(Protocol):
    """The queryable properties of one kind of resource; `PropertyIndex` is one."""

    @property
    def name(self) -> str:
        """The resource's name, for errors."""

    @property
    def names(self) -> Sequence[str]:
        """The paths there are, for errors."""

    def find(self, path: str) -> Property | None:
        """Look a path up, in any case."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison with a value of the property's kind; None asks whether it is missing."""

    property: Property
    operator: Operator
    value: Value


Filter: TypeAlias = Condition | Every[Condition] | Some[Condition]


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by; missing values come last, first when descending."""

    property: Property
    descending: bool


def resolve(query: Query, schema: Schema) -> Filter:
    """Look up and type a query's clauses; `Reject` says what is wrong and what is allowed."""
    match query:
        case Clause():
            return _condition(query, schema)
        case Every(parts):
            return Every(tuple(resolve(part, schema) for part in parts))
        case Some(parts):
            return Some(tuple(resolve(part, schema) for part in parts))


def resolve_order(text: str, schema: Schema) -> Order:
    """Look up what an `orderBy` names; `Reject` says which properties there are."""
    path, descending = parse_order(text)
    found = _find(path, schema)
    if found.many:
        raise Reject(f"Cannot order by {found.path}: it has many values.")
    return Order(found, descending)


def _condition(clause: Clause, schema: Schema) -> Condition:
    found = _find(clause.path, schema)
    missing = clause.operator in _PRESENCE and clause.value.lower() == "null"
    _check_operator(clause, found)
    value = None if missing else _READERS[found.kind](clause)
    return Condition(found, clause.operator, value)


def _find(path: str, schema: Schema) -> Property:
    found = schema.find(path)
    if found is None:
        raise Reject(
            f"Error parsing query - Could not resolve property {path} on {schema.name}. "
            f"It has: {', '.join(schema.names)}. Arrays cannot be queried."
        )
    return found


def _check_operator(clause: Clause, found: Property) -> None:
    allowed = _ALLOWED[found.kind]
    if clause.operator not in allowed:
        raise malformed(
            f"At character {clause.position}: {found.path}, a {found.kind} property, cannot be "
            f"compared with {clause.operator}; allowed: {' '.join(allowed)}."
        )


def _not_a(clause: Clause, wanted: str) -> Reject:
    return malformed(
        f"At character {clause.position}: {clause.path} is compared with {clause.value!r}, "
        f"which is not {wanted}."
    )


def _text(clause: Clause) -> str:
    return clause.value


def _number(clause: Clause) -> Decimal:
    if not _NUMBER.fullmatch(clause.value):
        raise _not_a(clause, "a number such as 12.50")
    return Decimal(clause.value)


def _boolean(clause: Clause) -> bool:
    if clause.value.lower() not in {"true", "false"}:
        raise _not_a(clause, "true or false")
    return clause.value.lower() == "true"


def _moment(clause: Clause) -> datetime:
    try:
        return _instant(clause.value)
    except (ValueError, OverflowError):
        raise _not_a(clause, _MOMENT) from None


def read_moment(text: str, parameter: str) -> datetime:
    """Read a moment as the query language does; `Reject` names the parameter that it is for."""
    try:
        return _instant(text.strip())
    except (ValueError, OverflowError):
        raise Reject(f"The parameter {parameter} is {text!r}, which is not {_MOMENT}.") from None


def _instant(text: str) -> datetime:
    # The `+` of an offset turns into a space in a URL that did not encode it.
    return as_instant(datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text)))


def as_instant(moment: datetime) -> datetime:
    """Bring a moment to UTC; one without a zone is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)
_MOMENT = "a date such as 2021-01-28 or a time such as 2021-01-28T10:00:00Z"
_LOST_PLUS = re.compile(r"(?<=\d) (\d\d:?\d\d)$")

_PRESENCE = (Operator.EQUAL, Operator.NOT_EQUAL)
_RANGE = (
    *_PRESENCE,
    Operator.LESS,
    Operator.LESS_OR_EQUAL,
    Operator.GREATER,
    Operator.GREATER_OR_EQUAL,
)

_ALLOWED: Mapping[Kind, Sequence[Operator]] = {
    Kind.TEXT: (*_PRESENCE, Operator.CONTAINS),
    Kind.BOOLEAN: _PRESENCE,
    Kind.MONEY: _RANGE,
    Kind.NUMBER: _RANGE,
    Kind.DATETIME: _RANGE,
}

_READERS: Mapping[Kind, Callable[[Clause], Value]] = {
    Kind.TEXT: _text,
    Kind.MONEY: _number,
    Kind.NUMBER: _number,
    Kind.DATETIME: _moment,
    Kind.BOOLEAN: _boolean,
}
