"""Tell in which records and properties two readings of the same books differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from local.conformance.company import Records

MOST = 12
"""Differences that are told."""


def differences(one: Mapping[str, Records], other: Mapping[str, Records]) -> list[str]:
    """List where contents differ, as `type id property: value != value`; empty if nowhere."""
    found = (
        f"{data_type} {source_id} {path}: {left!r} != {right!r}"
        for data_type in dict.fromkeys([*one, *other])
        for source_id, path, left, right in _in_type(
            one.get(data_type, {}), other.get(data_type, {})
        )
    )
    return [text for text, _ in zip(found, range(MOST), strict=False)]


def own_differences(one: Mapping[str, Records], other: Mapping[str, Records]) -> list[str]:
    """List where records differ in what they say themselves.

    What a record repeats of another (a customer's name, the item that a code stood for) is as it
    was when the record last changed: of references only the ids count, and one may be gone.
    """
    return differences(_own(one, other), _own(other, one))


def _own(contents: Mapping[str, Records], other: Mapping[str, Records]) -> dict[str, Records]:
    return {
        data_type: {
            name: _stripped(record, other.get(data_type, {}).get(name))
            for name, record in records.items()
        }
        for data_type, records in contents.items()
    }


def _stripped(value: Any, other: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        alike = isinstance(other, list) and len(other) == len(value)
        return [_stripped(each, other[n] if alike else None) for n, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    there = other if isinstance(other, dict) else {}
    refs = {name for name, each in value.items() if name.endswith("Ref") and isinstance(each, dict)}
    told = {name: value[name] for name in value if name not in refs | {"supplementalData"}}
    ids = {name: value[name].get("id") for name in refs if there.get(name)}
    return {name: _stripped(each, there.get(name)) for name, each in told.items()} | ids


def _in_type(one: Records, other: Records) -> Iterator[tuple[str, str, Any, Any]]:
    for source_id in dict.fromkeys([*one, *other]):
        for path, left, right in _within(one.get(source_id), other.get(source_id)):
            yield source_id, path, left, right


def _within(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            yield from _within(one.get(name), other.get(name), f"{at}.{name}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _within(left, right, f"{at}[{number}]")
    elif one != other:
        yield at, one, other


def amount_at(record: dict[str, Any], path: str) -> Decimal | None:
    """Find an amount in a record, exact; of a list a part of the path is the place, from 0."""
    found: Any = record
    for name in path.split("."):
        if isinstance(found, list):
            found = found[int(name)] if int(name) < len(found) else None
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return Decimal(found) if isinstance(found, int | Decimal) else None
