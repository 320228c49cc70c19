"""Recorded pages, spoilt: fields gone, null, of other types, unknown words, wild numbers."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import orjson
from hypothesis import strategies as st

from shared_code.fetch.decoding import decode_json

# What JSON holds is only known at run time.
Json = Any
Path = tuple[str | int, ...]

GONE = object()
MOST_RECORDS = 2
"""Of each list: a spoilt page need not be long."""

INSTEAD: Sequence[Json] = (
    GONE,
    None,
    True,
    "",
    "NO-SUCH-WORD",
    "x" * 5_000,
    "\0\U0001f600",
    "/Date(99999999999999999)/",
    "/Date(-1)/",
    "0000-00-00T00:00:00",
    "9999-12-31T23:59:59.9999999",
    "2026-02-30",
    "12,50",
    "NaN",
    0,
    -1,
    2**63,
    Decimal(10**30),
    Decimal("0.1234567890123456789012345"),
    Decimal("-1E+40"),
    Decimal("1E-30"),
    [],
    [None],
    [[]],
    {},
    {"a": {"b": []}},
)


@st.composite
def spoilt(draw: st.DrawFn, bodies: Sequence[bytes]) -> bytes:
    """Take a page and put something else in one to three of its places."""
    page = copy.deepcopy(draw(st.sampled_from([shortened(body) for body in bodies])))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(page))))
        page = put(page, path, draw(st.sampled_from(INSTEAD)))
        if not list(places(page)):
            break
    return written(page)


def shortened(body: bytes) -> Json:
    """Read a page, and keep a few records of each list."""
    return _short(decode_json(body))


def written(page: Json) -> bytes:
    """Write a page as a provider would, with all digits."""
    return orjson.dumps(page, default=_digits)


def places(page: Json, at: Path = ()) -> Iterator[Path]:
    """List the paths of all values within a page."""
    if isinstance(page, dict):
        children: Iterable[tuple[str | int, Json]] = page.items()
    else:
        children = enumerate(page) if isinstance(page, list) else ()
    for name, child in children:
        yield (*at, name)
        yield from places(child, (*at, name))


def put(page: Json, path: Path, value: Json) -> Json:
    """Put a value in a place, or take away what is there."""
    *above, last = path
    holder = page
    for name in above:
        holder = holder[name]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = copy.deepcopy(value)
    return page


def _short(value: Json) -> Json:
    if isinstance(value, list):
        return [_short(each) for each in value[:MOST_RECORDS]]
    if isinstance(value, dict):
        return {name: _short(each) for name, each in value.items()}
    return value


def _digits(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} has no JSON form")
