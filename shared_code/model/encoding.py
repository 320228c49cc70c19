"""Canonical JSON: one record, one sequence of bytes, whatever store it has been through.

Keys are sorted, absent values are left out, money keeps the digits of its source. The bytes are
hashed to tell whether a record changed, and sent to clients as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from shared_code.model.base import Shape

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def encode(record: Shape | Mapping[str, object]) -> bytes:
    """Write a record, or a document that `decode` gave, as canonical JSON."""
    document = values_of(record) if isinstance(record, Shape) else record
    return orjson.dumps(document, default=_number, option=_OPTIONS)


def values_of(record: Shape) -> dict[str, Any]:
    """Give what a record holds by the names of the wire, as far as it holds anything."""
    return record.model_dump(by_alias=True, exclude_none=True)


def decode(document: str | bytes) -> dict[str, Any]:
    """Read a JSON object without rounding: a number with a point or exponent is a Decimal."""
    decoded: dict[str, Any] = json.loads(document, parse_float=Decimal)
    return decoded


def _number(value: object) -> orjson.Fragment:
    # orjson knows no Decimal, but takes finished text: digits pass through untouched.
    if isinstance(value, Decimal) and value.is_finite():
        text = str(value)
        # Most are plain digits as they are: formatting takes twice as long.
        plain = value and "E" not in text
        return orjson.Fragment(text if plain else format(value or abs(value), "f"))
    raise TypeError(f"{type(value).__name__} has no JSON form")
