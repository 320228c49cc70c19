"""Properties that are kept in a record's JSON document only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, Numeric, Text, and_, literal, null
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from shared_code.model import Kind, Property
from shared_code.query.ast import Operator
from shared_code.query.operands import ODD_LETTERS, PlainOperand, TextOperand, escaped
from shared_code.query.resolve import Value
from shared_code.query.sql import Operand


class _Number(TypeDecorator[Decimal]):
    """A number inside JSON: exact on PostgreSQL, and to 15 digits on SQLite, which has doubles."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # NullType: the driver takes the number as it is, where Numeric would make it a double.
        exact = dialect.name == "postgresql"
        return dialect.type_descriptor(Numeric() if exact else NullType())

    def process_bind_param(
        self, value: Decimal | None, dialect: Dialect
    ) -> Decimal | int | float | None:
        if value is None or dialect.name == "postgresql":
            return value
        return int(value) if value == int(value) and abs(value) < 2**63 else float(value)


class _Moment(TypeDecorator[datetime]):
    """A moment as canonical JSON writes it, without its Z: text that sorts as time does."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else value.replace(tzinfo=None).isoformat()


class _Held(FunctionElement[Any]):
    """What a document holds at a path; the arguments are the document, a path, and its names."""

    inherit_cache = True
    postgresql_form = "{0}"
    sqlite_form = "{0}"

    def __init__(self, document: ColumnElement[Any], path: str) -> None:
        names = path.split(".")
        super().__init__(document, literal("$." + path, Text), *(literal(n, Text) for n in names))


class _TextAt(_Held):
    inherit_cache = True
    type = Text()
    postgresql_form = '({0} COLLATE "C")'


class _NumberAt(_Held):
    inherit_cache = True
    type = _Number()
    postgresql_form = "CAST({0} AS NUMERIC)"


class _BooleanAt(_Held):
    inherit_cache = True
    type = Boolean()
    postgresql_form = "CAST({0} AS BOOLEAN)"


class _MomentAt(_Held):
    inherit_cache = True
    type = _Moment()
    postgresql_form = "(rtrim({0}, 'Z') COLLATE \"C\")"
    sqlite_form = "rtrim({0}, 'Z')"


@compiles(_Held, "sqlite")
def _on_sqlite(held: _Held, compiler: SQLCompiler, **options: object) -> str:
    document, path, *_ = held.clauses
    written = [compiler.process(each, **options) for each in (document, path)]
    return held.sqlite_form.format(f"json_extract({', '.join(written)})")


@compiles(_Held, "postgresql")
def _on_postgresql(held: _Held, compiler: SQLCompiler, **options: object) -> str:
    document, _, *names = held.clauses
    written = [compiler.process(each, **options) for each in (document, *names)]
    return held.postgresql_form.format(f"jsonb_extract_path_text({', '.join(written)})")


class _HoldsIn(FunctionElement[bool]):
    """Whether arrays in a document hold a text; arguments: the document, the place, the text."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, document: ColumnElement[Any], path: str, value: str) -> None:
        super().__init__(document, literal(path, Text), literal(value, Text))


@compiles(_HoldsIn, "sqlite")
def _holds_on_sqlite(holds: _HoldsIn, compiler: SQLCompiler, **options: object) -> str:
    document, path, value = (compiler.process(each, **options) for each in holds.clauses)
    # `[` begins a set of characters for GLOB, also when it is the only one.
    pattern = f"'$.' || replace({path}, '.', '[[]*].')"
    matches = f"held.fullkey GLOB {pattern} AND held.atom = {value}"
    # All of it is bound parameters and names of ours.
    return f"EXISTS (SELECT 1 FROM json_tree({document}) AS held WHERE {matches})"  # noqa: S608


@compiles(_HoldsIn, "postgresql")
def _holds_on_postgresql(holds: _HoldsIn, compiler: SQLCompiler, **options: object) -> str:
    document, path, value = (compiler.process(each, **options) for each in holds.clauses)
    steps = f"('$.' || replace({path}, '.', '[*].') || ' ? (@ == $wanted)')::jsonpath"
    return f"jsonb_path_exists({document}, {steps}, jsonb_build_object('wanted', {value}::text))"


@dataclass(frozen=True, slots=True)
class ArrayOperand:
    """Texts inside arrays of a document: every step of the path but the last is an array.

    Clients cannot query arrays; what asks for one knows exactly what it may hold.
    """

    document: ColumnElement[Any]
    path: str

    @property
    def sort_key(self) -> ColumnElement[Any]:
        """Nothing to sort by."""
        return null()

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Find records that hold the text exactly, or do not."""
        holds = _HoldsIn(self.document, self.path, str(value))
        return holds if operator is Operator.EQUAL else ~holds


class _MayHold(FunctionElement[bool]):
    """Whether a document's text is like a pattern; arguments: the document, the pattern.

    True on PostgreSQL, whose documents are no text and need no parsing.
    """

    inherit_cache = True
    type = Boolean()


@compiles(_MayHold, "sqlite")
def _may_on_sqlite(held: _MayHold, compiler: SQLCompiler, **options: object) -> str:
    document, pattern = (compiler.process(each, **options) for each in held.clauses)
    return f"({document} LIKE {pattern} ESCAPE '/')"


@compiles(_MayHold, "postgresql")
def _may_on_postgresql(held: _MayHold, compiler: SQLCompiler, **options: object) -> str:
    del held, compiler, options
    return "true"


class _Plainly(FunctionElement[Any]):
    """Whether a text is like a pattern, or else a condition holds that is wider and slower.

    PostgreSQL looks at the condition alone.
    """

    inherit_cache = True
    # No Boolean, which would be written `= 1` on SQLite and be no plain OR.
    type = NullType()


@compiles(_Plainly, "sqlite")
def _plainly_on_sqlite(plainly: _Plainly, compiler: SQLCompiler, **options: object) -> str:
    text, pattern, wider = (compiler.process(each, **options) for each in plainly.clauses)
    return f"({text} LIKE {pattern} ESCAPE '/' OR {wider})"


@compiles(_Plainly, "postgresql")
def _plainly_on_postgresql(plainly: _Plainly, compiler: SQLCompiler, **options: object) -> str:
    *_, wider = plainly.clauses
    return compiler.process(wider, **options)


@dataclass(frozen=True, slots=True)
class SearchedOperand:
    """Text in a document that is parsed only if the value stands somewhere in it.

    To look for it takes SQLite an eighth of the time that it takes to parse.
    """

    document: ColumnElement[Any]
    held: TextOperand

    @property
    def sort_key(self) -> ColumnElement[Any]:
        """The text."""
        return self.held.sort_key

    def matches(self, operator: Operator, value: Value) -> ColumnElement[bool]:
        """Compare as text is compared."""
        matches = self.held.matches(operator, value)
        if operator is Operator.NOT_EQUAL or not isinstance(value, str) or not _as_it_is(value):
            return matches
        if operator is Operator.CONTAINS:
            # To replace the odd letters, which are rare, takes as long as the whole look at a text.
            matches = _Plainly(self.held.sort_key, literal(f"%{escaped(value)}%", Text), matches)
        pattern = literal(f"%{_like(value)}%", Text)
        return and_(_MayHold(self.document, pattern), matches)


def _as_it_is(value: str) -> bool:
    """Whether JSON writes a text as it is, and what is equal to it in any case too."""
    return value.isascii() and value.isprintable() and not {'"', "\\"} & set(value)


def _like(value: str) -> str:
    """Write a pattern that is like the value in any case, whichever letters have one of it."""
    return "".join("_" if each in ODD_LETTERS else each for each in escaped(value).lower())


_FORMS: dict[Kind, type[_Held]] = {
    Kind.TEXT: _TextAt,
    Kind.MONEY: _NumberAt,
    Kind.NUMBER: _NumberAt,
    Kind.BOOLEAN: _BooleanAt,
    Kind.DATETIME: _MomentAt,
}


def document_operand(document: ColumnElement[Any], found: Property) -> Operand:
    """Give the operand of a property inside a column of canonical JSON (text, or jsonb)."""
    if found.many:
        return ArrayOperand(document, found.path)
    held = _FORMS[found.kind](document, found.path)
    if found.kind is Kind.TEXT:
        text = TextOperand(held, is_id=found.is_id, words=found.words)
        return SearchedOperand(document, text)
    return PlainOperand(held)
