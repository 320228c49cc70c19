"""Decode a provider's JSON: exact in its numbers, bounded in its depth, and storable.

The one place where a connector's parsing begins. What JSON leaves open is closed here, since two
readers of the same body must never see two amounts.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from decimal import Clamped, Context, InvalidOperation, Overflow, Rounded, Subnormal
from typing import Any, NoReturn

MAX_DEPTH = 64
"""Nested lists and objects: a profit and loss account of twelve levels has some thirty."""

MAX_EXPONENT = 100
"""Powers of ten, up or down, beyond which a number is no amount, rate or quantity of anybody's."""

MAX_DIGITS = 1_000
"""More are refused: none is ever rounded."""

# Without any Python, since a page of documents holds tens of thousands of numbers.
_EXACT = Context(
    prec=MAX_DIGITS,
    Emax=MAX_EXPONENT,
    Emin=-MAX_EXPONENT,
    traps=[Overflow, Subnormal, Clamped, Rounded, InvalidOperation],
)

# Two patterns: what can begin with one byte alone is looked for ten times as fast.
_MAYBE_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_HALF_OF_A_PAIR = re.compile(rb"\xed[\xa0-\xbf]")
_TEXT = re.compile(rb'"[^"]*"')
_TO_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_MARKS = bytes(set(range(256)) - set(b'[]{}":'))


def decode_json(body: bytes) -> Any:  # noqa: ANN401 - JSON holds anything
    """Decode a body; numbers with a point or an exponent become Decimals of the same digits.

    NULs are dropped and halves of surrogate pairs replaced, neither of which any store keeps.
    Raises ValueError for what is no JSON in UTF-8, NaN and infinities, such a number beyond
    `MAX_EXPONENT` or `MAX_DIGITS`, a whole one of over 4,300 digits, an object that has a name
    twice, and nesting beyond `MAX_DEPTH`.
    """
    names = 0

    # Pairs would tell of a name that stands twice as well: to make them takes a third more.
    def counted(found: dict[str, Any]) -> dict[str, Any]:
        nonlocal names
        names += len(found)
        return found

    try:
        decoded = json.loads(
            body.removeprefix(BOM_UTF8).decode("utf-8", "surrogatepass"),
            parse_float=_EXACT.create_decimal,
            parse_constant=_refuse_constant,
            object_hook=counted,
        )
    except RecursionError:
        raise _too_deep() from None
    except ArithmeticError:
        raise ValueError("the body holds a number beyond all bounds") from None
    marks = _marks(body)
    if marks.count(b":") > names:
        raise _named_twice()
    _check_depth(marks.replace(b":", b""))
    mend = _MAYBE_UNSTORABLE.search(body) or _HALF_OF_A_PAIR.search(body)
    return _storable(decoded) if mend else decoded


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"the body holds {name}, which is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _named_twice()
    return found


def _check_depth(nest: bytes) -> None:
    """Take the innermost brackets away until none are left."""
    for _ in range(MAX_DEPTH):
        if not nest:
            return
        nest = nest.replace(b"[]", b"")
    if nest:
        raise _too_deep()


def _marks(body: bytes) -> bytes:
    """Leave nothing of a body but its brackets, all square ones, and a colon for each name.

    It is known to be JSON. What its texts hold is left out.
    """
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = body.translate(_TO_BRACKETS, _NO_MARKS).replace(b'""', b"")
    return _TEXT.sub(b"", marks)


def _storable(value: object) -> object:
    if isinstance(value, str):
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return _object([(str(_storable(name)), _storable(each)) for name, each in value.items()])
    return value


def _named_twice() -> ValueError:
    return ValueError("an object of the body has a name twice")


def _too_deep() -> ValueError:
    return ValueError(f"the body is nested more than {MAX_DEPTH} deep")
