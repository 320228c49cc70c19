"""The ways in which the store keeps a property, and how each is compared.

Every operand works on SQLite and PostgreSQL, and binds its values as parameters.
"""

from __future__ import annotations

import operator as operators
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    false,
    func,
    literal,
    null,
    or_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

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


class _FoldedAscii(FunctionElement[str]):
    """Text with A to Z in lower case: what an index or a scan has at hand without our `lower`."""

    inherit_cache = True
    type = Text()


@compiles(_FoldedAscii, "sqlite")
def _ascii_on_sqlite(folded: _FoldedAscii, compiler: SQLCompiler, **options: object) -> str:
    return f"({compiler.process(folded.clauses, **options)} COLLATE NOCASE)"


@compiles(_FoldedAscii, "postgresql")
def _ascii_on_postgresql(folded: _FoldedAscii, compiler: SQLCompiler, **options: object) -> str:
    return f'lower({compiler.process(folded.clauses, **options)} COLLATE "C")'


ODD_LETTERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"k": ("\N{KELVIN SIGN}", "k"), "i": ("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "i\u0307")}
)
"""The letters beyond ASCII that have one of ASCII in their lower case, by that one."""


def _folded(
    column: ColumnElement[Any], value: str, odd: str
) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """The column and the value in lower case.

    Where the value is ASCII, A to Z will do, at a tenth of the cost, once the column's `odd`
    letters are ASCII too.
    """
    if not value.isascii():
        return _Folded(column), _Folded(literal(value, Text))
    lowered = value.lower()
    for letter in (each for each in odd if each in lowered):
        found, low = ODD_LETTERS[letter]
        column = func.replace(column, literal(found, Text), literal(low, Text))
    return _FoldedAscii(column), literal(lowered, Text)


def escaped(value: str) -> str:
    """Write a text so that LIKE, with `/` to escape by, takes none of its characters for more."""
    return value.replace("/", "//").replace("%", "/%").replace("_", "/_")


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
    """Text in any case; with `is_id`, an id in the forms of `id_forms`, which an index finds.

    Args:
        words: What the text may be, if that is known: those that match are compared as they are.
    """

    sort_key: ColumnElement[Any]
    is_id: bool = False
    words: tuple[str, ...] = ()

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare in any case; nothing in the value is a wildcard."""
        if value is None:
            return compare(self.sort_key, operator, None)
        if operator is Operator.NOT_EQUAL:
            return self._differs(str(value))
        if operator is Operator.CONTAINS:
            return self._contains(str(value))
        return self._equals(str(value))

    def _equals(self, value: str) -> ColumnElement[bool]:
        if self.is_id:
            return self.sort_key.in_(id_forms(value))
        if same := self._words(lambda word: word == value.lower()):
            return or_(*(self.sort_key == each for each in same))
        column, wanted = _folded(self.sort_key, value, "k")
        return column == wanted

    def _differs(self, value: str) -> ColumnElement[bool]:
        if self.is_id:
            return or_(self.sort_key.is_(None), ~self._equals(value))
        if same := self._words(lambda word: word == value.lower()):
            return and_(*(self.sort_key.is_distinct_from(each) for each in same))
        column, wanted = _folded(self.sort_key, value, "k")
        return column.is_distinct_from(wanted)

    def _contains(self, value: str) -> ColumnElement[bool]:
        if found := self._words(lambda word: value.lower() in word):
            return or_(*(self.sort_key == each for each in found))
        column, pattern = _folded(self.sort_key, f"%{escaped(value)}%", "ik")
        return column.like(pattern, escape="/")

    def _words(self, matches: Callable[[str], bool]) -> list[str]:
        return [word for word in self.words if matches(word.lower())]


class _Known(FunctionElement[Any]):
    """A comparison of a column, or else, where that is NULL, another condition.

    PostgreSQL then reads the column once; SQLite is quicker to leave what is true at once.
    """

    inherit_cache = True
    # No Boolean, which would be written `= 1` on SQLite and be no plain OR.
    type = NullType()


@compiles(_Known, "sqlite")
def _known_on_sqlite(known: _Known, compiler: SQLCompiler, **options: object) -> str:
    compared, column, otherwise = (compiler.process(each, **options) for each in known.clauses)
    return f"({compared} OR ({column} IS NULL AND {otherwise}))"


@compiles(_Known, "postgresql")
def _known_on_postgresql(known: _Known, compiler: SQLCompiler, **options: object) -> str:
    compared, _, otherwise = (compiler.process(each, **options) for each in known.clauses)
    return f"coalesce({compared}, {otherwise})"


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
        """Compare the column without rounding, whatever the value's decimals."""
        unscaled = self.unscaled.matches(operator, value)
        if not isinstance(value, Decimal):
            elsewhere = and_(self.column.is_(None), unscaled)
            present = self.column.is_not(None)
            return elsewhere if operator is Operator.EQUAL else or_(present, elsewhere)
        numerator, denominator = value.as_integer_ratio()
        whole, rest = divmod(numerator * MONEY_SCALE, denominator)
        if rest or not _LOWEST <= whole <= _HIGHEST:
            elsewhere = and_(self.column.is_(None), unscaled)
            return or_(self._between(operator, whole), elsewhere)
        return _Known(self._compare(operator, whole), self.column, unscaled)

    def _compare(self, operator: Operator, whole: int) -> ColumnElement[bool]:
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
