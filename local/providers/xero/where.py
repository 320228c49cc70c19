"""Xero's `where` language, C#-like, compiled to a predicate over records.

    Type=="ACCREC" AND (Status=="PAID" OR AmountDue>0) AND Date>=DateTime(2026, 01, 31)

Fields may be compared with text, numbers, `true`, `false`, `null`, `DateTime(...)` and
`Guid("...")`; text fields also know `.Contains("...")`, `.StartsWith("...")`, `.EndsWith("...")`.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from local.providers.kit.asked import Asked, BadRequest
from local.providers.kit.paging import Rows

# Which record and which values are compared is known only when a filter runs.
Getter = Callable[[Any], Any]
Predicate = Callable[[Any], bool]

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction (_OR conjunction)*
?conjunction: condition (_AND condition)*
?condition: "(" disjunction ")"
          | _NOT condition                   -> negation
          | FIELD OPERATOR value             -> comparison
          | FIELD "." TEST "(" STRING ")"    -> test
          | FIELD                            -> flag
?value: STRING                               -> text
      | NUMBER                               -> number
      | "DateTime" "(" NUMBER ("," NUMBER)* ")" -> moment
      | "DateTime.Parse" "(" STRING ")"      -> parsed_moment
      | "Guid" "(" STRING ")"                -> text
      | "Guid.Parse" "(" STRING ")"          -> text
      | "true"                               -> true
      | "false"                              -> false
      | "null"                               -> null
_OR.2: /OR\b/i | "||"
_AND.2: /AND\b/i | "&&"
_NOT.2: "!" | /NOT\b/i
TEST.3: "Contains" | "StartsWith" | "EndsWith"
OPERATOR: "==" | "!=" | "<>" | ">=" | "<=" | ">" | "<" | "="
FIELD: /[A-Za-z]+(\.(?!Contains\b|StartsWith\b|EndsWith\b)[A-Za-z]+)*/
STRING: /"[^"]*"/
NUMBER: /-?\d+(\.\d+)?/
%ignore /\s+/
"""
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
TESTS: dict[str, Callable[[str, str], bool]] = {
    "Contains": operator.contains,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_PARSER = Lark(GRAMMAR, parser="lalr", lexer="contextual")


class WhereError(ValueError):
    """The filter cannot be read, or names a field that the resource does not have."""


def compile_where(text: str, fields: Mapping[str, Getter]) -> Predicate:
    """Compile a filter against the fields of a resource; raises WhereError."""
    try:
        tree = _PARSER.parse(text)
        predicate = _Compiler(fields).transform(tree)
    except UnexpectedInput as error:
        raise WhereError(f"Syntax error at position {error.pos_in_stream}") from error
    except VisitError as error:
        raise WhereError(str(error.orig_exc)) from error
    return predicate


@dataclass(frozen=True, slots=True)
class Where:
    """The filter `where` over the fields of a resource."""

    fields: Mapping[str, Getter]
    reads: str = "where"

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out what does not match."""
        text = asked.params.get(self.reads, "")
        if not text:
            return rows
        try:
            matches = compile_where(text, self.fields)
        except WhereError as error:
            raise BadRequest(str(error)) from error
        return rows.only([each for each in rows.records if matches(each)])


@v_args(inline=True)
class _Compiler(Transformer[Token, Predicate]):
    """Turns the tree into nested predicates, inside out."""

    def __init__(self, fields: Mapping[str, Getter]) -> None:
        super().__init__()
        self._fields = {name.lower(): getter for name, getter in fields.items()}

    def disjunction(self, *parts: Predicate) -> Predicate:
        return lambda record: any(part(record) for part in parts)

    def conjunction(self, *parts: Predicate) -> Predicate:
        return lambda record: all(part(record) for part in parts)

    def negation(self, part: Predicate) -> Predicate:
        return lambda record: not part(record)

    def comparison(self, field: Token, sign: Token, value: object) -> Predicate:
        getter, compare = self._getter(field), OPERATORS[sign]
        ordered = sign.strip("=<>!") == "" and sign not in ("==", "=", "!=", "<>")

        def check(record: object) -> bool:
            left, right = _alike(getter(record), value)
            if ordered and (left is None or type(left) is not type(right)):
                return False
            return compare(left, right)

        return check

    def test(self, field: Token, name: Token, wanted: Token) -> Predicate:
        getter, check, text = self._getter(field), TESTS[name], wanted[1:-1]
        return lambda record: check(str(getter(record) or ""), text)

    def flag(self, field: Token) -> Predicate:
        getter = self._getter(field)
        return lambda record: getter(record) is True

    def text(self, value: Token) -> str:
        return value[1:-1]

    def number(self, value: Token) -> Decimal:
        return Decimal(value)

    def moment(self, *parts: Token) -> datetime:
        return datetime(*(int(part) for part in parts), tzinfo=UTC)  # type: ignore[misc, arg-type]

    def parsed_moment(self, value: Token) -> datetime:
        return datetime.fromisoformat(value[1:-1]).replace(tzinfo=UTC)

    def true(self) -> bool:
        return True

    def false(self) -> bool:
        return False

    def null(self) -> None:
        return None

    def _getter(self, field: Token) -> Getter:
        try:
            return self._fields[field.lower()]
        except KeyError:
            raise WhereError(f"No property or field '{field}' exists in this type") from None


def _alike(left: object, right: object) -> tuple[object, object]:
    """Make a calendar date comparable with a moment, as C# would."""
    if isinstance(right, datetime) and isinstance(left, date) and not isinstance(left, datetime):
        return datetime(left.year, left.month, left.day, tzinfo=UTC), right
    return left, right
