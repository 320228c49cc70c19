"""The ways in which the store keeps a property, and how each is compared.

Every operand works on SQLite and PostgreSQL, and binds its values as parameters.
"""

from __future__ import annotations

import operator as operators
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, false, func, literal, null, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from shared_code.model.base import MONEY_SCALE
from shared_code.query.ast import Operator
from shared_code.query.evaluate import id_forms
from shared_code.query.resolve import Value
from shared_code.query.sql import Operand

_COMPARE: Mapping[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    Operator.EQUAL: operators.eq,
    Operator.LESS: operators.lt,
    Operator.LESS_OR_EQUAL: operators.le,
    Operator.GREATER: operators.gt,
    Operator.GREATER_OR_EQUAL: operators.ge,
}

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class _Folded(FunctionElement[str]):
    """Text in lower case, for all letters whatever the column's collation."""

    inherit_cache = True
    type = Text()


@compiles(_Folded, "sqlite")
def _on_sqlite(folded: _Folded, compiler: SQLCompiler, **options: object) -> str:
    return f"lower({compiler.process(folded.clauses, **options)})"


@compiles(_Folded, "postgresql")
def _on_postgresql(folded: _Folded, compiler: SQLCompiler, **options: object) -> str:
    return f'lower({compiler.process(folded.clauses, **options)} COLLATE "und-x-icu")'


def teach_sqlite(connection: sqlite3.Connection) -> None:
    """Give SQLite a `lower` for all letters; its own one knows only A to Z."""
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


@dataclass(frozen=True, slots=True)
class PlainOperand:
    """A column that holds the value as it is: an instant, a boolean, an integer."""

    sort_key: ColumnElement[Any]

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare with the value itself."""
        return compare(self.sort_key, operator, value)


@dataclass(frozen=True, slots=True)
class TextOperand:
    """Text in any case; with `is_id`, an id in the forms of `id_forms`, which an index finds."""

    sort_key: ColumnElement[Any]
    is_id: bool = False

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare in any case; nothing in the value is a wildcard."""
        if value is None:
            return compare(self.sort_key, operator, None)
        if operator is Operator.NOT_EQUAL:
            return or_(self.sort_key.is_(None), ~self._equals(str(value)))
        if operator is Operator.CONTAINS:
            return self._contains(str(value))
        return self._equals(str(value))

    def _equals(self, value: str) -> ColumnElement[bool]:
        if self.is_id:
            return self.sort_key.in_(id_forms(value))
        return _Folded(self.sort_key) == _Folded(literal(value, Text))

    def _contains(self, value: str) -> ColumnElement[bool]:
        escaped = value.replace("/", "//").replace("%", "/%").replace("_", "/_")
        pattern = _Folded(literal(f"%{escaped}%", Text))
        return _Folded(self.sort_key).like(pattern, escape="/")


@dataclass(frozen=True, slots=True)
class ScaledOperand:
    """A number as a scaled 64-bit integer, see `scaled_money`.

    `unscaled` holds the numbers that did not fit and left the column empty.
    """

    column: ColumnElement[Any]
    unscaled: Operand

    @property
    def sort_key(self) -> ColumnElement[Any]:
        """The scaled number, also of what did not fit."""
        return func.coalesce(self.column, self.unscaled.sort_key * literal(MONEY_SCALE))

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare without rounding, whatever the value's decimals."""
        elsewhere = and_(self.column.is_(None), self.unscaled.matches(operator, value))
        if not isinstance(value, Decimal):
            present = self.column.is_not(None)
            return elsewhere if operator is Operator.EQUAL else or_(present, elsewhere)
        return or_(self._compare(operator, value), elsewhere)

    def _compare(self, operator: Operator, value: Decimal) -> ColumnElement[bool]:
        numerator, denominator = value.as_integer_ratio()
        whole, rest = divmod(numerator * MONEY_SCALE, denominator)
        if rest or not _LOWEST <= whole <= _HIGHEST:
            return self._between(operator, whole)
        if operator is Operator.NOT_EQUAL:
            return self.column != whole
        return _COMPARE[operator](self.column, literal(whole, BigInteger))

    def _between(self, operator: Operator, floor: int) -> ColumnElement[bool]:
        """Compare with a value that lies between `floor` and the next integer."""
        if operator is Operator.EQUAL:
            return false()
        if operator is Operator.NOT_EQUAL:
            return self.column.is_not(None)
        above = operator in {Operator.GREATER, Operator.GREATER_OR_EQUAL}
        if floor < _LOWEST:
            return self.column.is_not(None) if above else false()
        limit = literal(min(floor, _HIGHEST), BigInteger)
        return self.column > limit if above else self.column <= limit


def compare(
    column: ColumnElement[Any], operator: Operator, value: Value | float
) -> ColumnElement[bool]:
    """Compare a column with a value of its type, by the language's rules for missing ones."""
    if value is None:
        return column.is_(None) if operator is Operator.EQUAL else column.is_not(None)
    bound = literal(value, column.type)
    if operator is Operator.NOT_EQUAL:
        return or_(column.is_(None), column != bound)
    return _COMPARE[operator](column, bound)


@dataclass(frozen=True, slots=True)
class ManyOperand:
    """A property with one value in each of any number of rows elsewhere.

    `exists` says that such a row exists which meets a condition, and `element` is the value in it.
    """

    element: Operand
    exists: Callable[[ColumnElement[bool]], ColumnElement[bool]]

    @property
    def sort_key(self) -> ColumnElement[Any]:
        """Nothing to sort by: `resolve_order` refuses such properties."""
        return null()

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Find a row that matches; for `!=`, find that none is equal."""
        if value is None:
            present = self.exists(self.element.matches(Operator.NOT_EQUAL, None))
            return ~present if operator is Operator.EQUAL else present
        if operator is Operator.NOT_EQUAL:
            return ~self.exists(self.element.matches(Operator.EQUAL, value))
        return self.exists(self.element.matches(operator, value))
