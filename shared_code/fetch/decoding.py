"""Decode a provider's JSON: exact in its numbers, bounded in its depth, and storable.

The one place where a connector's parsing begins. What JSON leaves open is closed here, since two
readers of the same body must never see two amounts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NoReturn

MAX_DEPTH = 64
"""Nested lists and objects: a profit and loss account of twelve levels has some thirty."""

MAX_EXPONENT = 100
"""Powers of ten, up or down, beyond which a number is no amount, rate or quantity of anybody's."""

_MAYBE_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def decode_json(body: bytes) -> Any:  # noqa: ANN401 - JSON holds anything
    """Decode a body; numbers with a point or an exponent become Decimals of the same digits.

    NULs are dropped and halves of surrogate pairs replaced, neither of which any store keeps.
    Raises ValueError for what is no JSON, NaN and infinities, exponents beyond `MAX_EXPONENT`, an
    object that has a name twice, and nesting beyond `MAX_DEPTH`.
    """
    try:
        decoded = json.loads(
            body,
            parse_float=_exact,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise _too_deep() from None
    _check_depth(decoded)
    return _storable(decoded) if _MAYBE_UNSTORABLE.search(body) else decoded


def _exact(digits: str) -> Decimal:
    try:
        number = Decimal(digits)
    except ArithmeticError:
        raise _beyond_bounds() from None
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise _beyond_bounds()
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"the body holds {name}, which is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object of the body has a name twice")
    return found


def _check_depth(decoded: object) -> None:
    """Go down level by level, without recursion."""
    level: list[object] = [decoded]
    for _ in range(MAX_DEPTH):
        level = [each for node in level for each in _children(node)]
        if not level:
            return
    raise _too_deep()


def _children(node: object) -> Iterable[object]:
    values = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [each for each in values if isinstance(each, dict | list)]


def _storable(value: object) -> object:
    if isinstance(value, str):
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return _object([(str(_storable(name)), _storable(each)) for name, each in value.items()])
    return value


def _too_deep() -> ValueError:
    return ValueError(f"the body is nested more than {MAX_DEPTH} deep")


def _beyond_bounds() -> ValueError:
    return ValueError("the body holds a number beyond all bounds")
