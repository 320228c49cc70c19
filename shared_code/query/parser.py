"""Text to syntax tree: the grammar, its limits, and errors that say where and what."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import cast
from urllib.parse import unquote_plus

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from shared_code.errors import Reject
from shared_code.query.ast import EVERYTHING, Clause, Every, Operator, Query, Some

MAX_CHARACTERS = 2_048
MAX_CLAUSES = 50
MAX_DEPTH = 5

# A value runs to the next `&&`, `||` or brace and may hold single `&`, `|` and operators, but not
# begin with one: `==` and `=>` are slips, not values.
_GRAMMAR = r"""
?start: any
?any: every ("||" every)*        -> some
?every: term ("&&" term)*        -> every
?term: clause | "{" any "}"
clause: PROPERTY OPERATOR VALUE

PROPERTY: /[^\s=!<>~&|{}](?:[^=!<>~&|{}]*[^\s=!<>~&|{}])?/
OPERATOR: "!=" | "<=" | ">=" | "=" | "<" | ">" | "~"
VALUE: /(?!&&|\|\|)[^\s=<>~{}](?:(?!&&|\|\|)[^{}])*/

%ignore /\s+/
"""

# NUL, and halves of characters: a store refuses them, or takes NUL for the end of the text.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_NAMES = {
    "PROPERTY": "a property",
    "OPERATOR": "an operator (=, !=, ~, <, <=, >, >=)",
    "VALUE": "a value",
    "LBRACE": "{",
    "RBRACE": "}",
    "__ANON_0": "||",
    "__ANON_1": "&&",
    "$END": "the end",
}


def parse(text: str) -> Query:
    """Parse a query; a blank one asks for everything.

    Text that only makes sense after one more percent-decoding is decoded once more: proxies and
    careless clients encode twice. `Reject` says what was found where, and what was expected.
    """
    if len(text) > MAX_CHARACTERS:
        raise malformed(f"It has {len(text)} characters; at most {MAX_CHARACTERS} are allowed.")
    try:
        return _parse(text)
    except Reject:
        decoded = unquote_plus(text)
        if decoded == text:
            raise
        return _parse(decoded)


def parse_order(text: str) -> tuple[str, bool]:
    """Split an `orderBy` into the property's path and whether it descends (a leading `-`)."""
    stripped = text.strip()
    path = stripped.removeprefix("-").strip()
    if not path or "," in path:
        raise Reject(
            f"Error parsing orderBy - Malformed value {text!r}. "
            "Give one property name, with a leading - for descending order."
        )
    return path, stripped.startswith("-")


def malformed(detail: str) -> Reject:
    """Say that a query cannot be understood, and why."""
    return Reject(f"Error parsing query - Malformed query. {detail}")


def _parse(text: str) -> Query:
    if not text.strip():
        return EVERYTHING
    _check_characters(text)
    _check_depth(text)
    try:
        query = cast("Query", _PARSER.parse(text))
    except UnexpectedInput as error:
        raise malformed(_explain(error, text)) from None
    _check_clauses(query)
    return query


def _check_characters(text: str) -> None:
    if found := _UNSTORABLE.search(text):
        raise malformed(f"At character {found.start() + 1}: no record can hold {found.group()!r}.")


def _check_depth(text: str) -> None:
    # Braces cannot occur in names or values, so counting them needs no parser.
    steps = ({"{": 1, "}": -1}.get(character, 0) for character in text)
    deepest = max(accumulate(steps))
    if deepest > MAX_DEPTH:
        raise malformed(f"Braces are nested {deepest} deep; at most {MAX_DEPTH} are allowed.")


def _check_clauses(query: Query) -> None:
    count = _count(query)
    if count > MAX_CLAUSES:
        raise malformed(f"It has {count} clauses; at most {MAX_CLAUSES} are allowed.")


def _count(query: Query) -> int:
    return 1 if isinstance(query, Clause) else sum(map(_count, query.parts))


def _explain(error: UnexpectedInput, text: str) -> str:
    position = error.pos_in_stream or 0
    wanted: set[str] = set()
    if isinstance(error, UnexpectedCharacters):
        wanted = set(error.allowed or ())
    elif isinstance(error, UnexpectedToken):
        wanted = set(error.expected)
        position = len(text) if error.token.type == "$END" else position
    names = sorted(_NAMES[name] for name in wanted & _NAMES.keys())
    return f"At character {position + 1}: expected {' or '.join(names)}."


@v_args(inline=True)
class _Builder(Transformer[Token, Query]):
    """Turns what the grammar found into the syntax tree."""

    def clause(self, path: Token, operator: Token, value: Token) -> Clause:
        return Clause(str(path), Operator(operator), value.rstrip(), (path.start_pos or 0) + 1)

    def every(self, *parts: Query) -> Query:
        return parts[0] if len(parts) == 1 else Every(parts)

    def some(self, *parts: Query) -> Query:
        return parts[0] if len(parts) == 1 else Some(parts)


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Builder())
