"""Random queries, each with what it means, said a second time without the product's parser."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from shared_code.model import Kind, Property, PropertyIndex
from shared_code.model.properties import value_at

Document = Mapping[str, Any]
Test = Callable[[Any], bool]


@dataclass(frozen=True)
class Asked:
    """A query's text, and which documents it finds; `loose` where `||` joins it."""

    text: str
    finds: Callable[[Document], bool]
    loose: bool = False

    def __repr__(self) -> str:
        return repr(self.text)


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def queries(schema: PropertyIndex, documents: Sequence[Document]) -> st.SearchStrategy[Asked]:
    """Clauses about what the documents hold, or nearly, joined in any way."""
    clauses = st.one_of([_clauses(_found(schema, path), documents) for path in schema.names])
    joined = _joined(clauses)
    return clauses | joined | _joined(clauses | joined | _joined(joined))


def _found(schema: PropertyIndex, path: str) -> Property:
    found = schema.find(path)
    assert found is not None
    return found


def _joined(inner: st.SearchStrategy[Asked]) -> st.SearchStrategy[Asked]:
    parts = st.lists(inner, min_size=2, max_size=3)
    return st.builds(_join, parts, st.booleans(), st.booleans(), _SPACES)


def _join(parts: list[Asked], every: bool, braces: bool, space: str) -> Asked:  # noqa: FBT001
    sign = "&&" if every else "||"
    meaning: Callable[[Iterable[bool]], bool] = all if every else any
    written = [
        f"{{{part.text}}}" if (part.loose and every) or _may_brace(part, braces) else part.text
        for part in parts
    ]
    return Asked(
        f"{space}{sign}{space}".join(written),
        lambda document: meaning(part.finds(document) for part in parts),
        loose=not every,
    )


def _may_brace(part: Asked, wanted: bool) -> bool:  # noqa: FBT001
    """Whether braces that change nothing are allowed: they may be nested five deep."""
    return wanted and part.text.count("{") < 3


_SPACES = st.sampled_from(["", " "])


def _clauses(found: Property, documents: Sequence[Document]) -> st.SearchStrategy[Asked]:
    held = [value_at(each, found.path) for each in documents]
    present = [each for each in held if each is not None]
    tests: Mapping[Kind, Callable[[Property, Sequence[Any]], st.SearchStrategy[_Tested]]] = {
        Kind.TEXT: _texts,
        Kind.MONEY: _numbers,
        Kind.NUMBER: _numbers,
        Kind.DATETIME: _moments,
        Kind.BOOLEAN: _booleans,
    }
    compared = tests[found.kind](found, present)
    missing = st.sampled_from([_missing(found, "=", "null"), _missing(found, "!=", "NULL")])
    return st.builds(_clause, st.just(found), compared | missing, _CASES, _SPACES)


_CASES = st.sampled_from([str, str.lower, str.upper])


@dataclass(frozen=True)
class _Tested:
    """What follows a property's name, and which value at its place (None if none) meets it."""

    sign: str
    value: str
    met: Test


def _clause(found: Property, tested: _Tested, case: Callable[[str], str], space: str) -> Asked:
    written = f"{case(found.path)}{space}{tested.sign}{space}{tested.value}"
    return Asked(written, lambda document: tested.met(value_at(document, found.path)))


def _missing(_: Property, sign: str, value: str) -> _Tested:
    return _Tested(sign, value, lambda held: (held is None) == (sign == "="))


def _with(sign: str, value: str, holds: Test) -> _Tested:
    """A test of what is there; what is missing only differs."""
    return _Tested(sign, value, lambda held: sign == "!=" if held is None else holds(held))


def can_be_written(value: str) -> bool:
    """Whether the language has a way to write a text: without spaces around it, braces, joins."""
    bad = ("{", "}", "&&", "||")
    return (
        value != ""
        and value == value.strip()
        and value[0] not in "=<>~"
        and not any(each in value for each in bad)
    )


def _texts(found: Property, present: Sequence[str]) -> st.SearchStrategy[_Tested]:
    held = [*present, "Acme", "GBP", "other", "%", "_", "x'--"]
    values = {change(text)[:60].strip() for text in held for change in _CHANGES}
    tested = [
        _text(found, sign, value)
        for value in sorted(values)
        if can_be_written(value)
        for sign in ("=", "!=", "~")
        if sign == "~" or value.lower() != "null"
    ]
    return st.sampled_from(tested)


_CHANGES: Sequence[Callable[[str], str]] = (
    str,
    str.lower,
    str.upper,
    str.swapcase,
    lambda text: text[1:4],
    lambda text: text[:2],
    lambda text: text + "x",
)


def _text(found: Property, sign: str, value: str) -> _Tested:
    if sign == "~":
        return _with(sign, value, lambda held: value.lower() in held.lower())

    def equal(held: str) -> bool:
        if found.is_id:
            return held in {value, value.lower(), value.upper()}
        return held.lower() == value.lower()

    return _with(sign, value, lambda held: equal(held) == (sign == "="))


def _numbers(_: Property, present: Sequence[Decimal | int]) -> st.SearchStrategy[_Tested]:
    near = [Decimal(0), Decimal("0.01"), Decimal("-0.01")]
    held = st.builds(
        lambda base, step: base + step if len((base + step).as_tuple().digits) < 16 else base,
        st.sampled_from(
            [*(Decimal(str(each)) for each in present), *near, Decimal(922337203685478)]
        ),
        st.sampled_from(near),
    )
    signs = st.sampled_from([*COMPARE])
    return st.builds(_number, signs, held, st.sampled_from(_NUMBER_FORMS))


# More than a scaled column takes.
_BEYOND = Decimal(922337203685478)


def _bare(number: str) -> str:
    """Leave out a zero before the point."""
    return number.replace("0.", ".", 1) if number.lstrip("-").startswith("0.") else number


_NUMBER_FORMS: Sequence[Callable[[Decimal], str]] = (
    lambda value: format(value, "f"),
    lambda value: format(value, "+f"),
    lambda value: format(value, "f") + ("0" if value.as_tuple().exponent else ".00"),
    lambda value: format(value, "E"),
    lambda value: (
        format(value, "f").replace("0.", ".", 1) if abs(value) < 1 else format(value, "f")
    ),
)


def _number(sign: str, value: Decimal, form: Callable[[Decimal], str]) -> _Tested:
    compare = COMPARE[sign]
    return _with(sign, form(value), lambda held: compare(Decimal(str(held)), value))


def _moments(_: Property, present: Sequence[str]) -> st.SearchStrategy[_Tested]:
    held = st.builds(
        _moved,
        st.sampled_from([*map(instant, present), datetime(2024, 2, 29, 12, tzinfo=UTC)]),
        st.sampled_from([0, 0, -1, 1, 86_400_000_000]),
    )
    return st.builds(_moment, st.sampled_from([*COMPARE]), held, st.sampled_from(_MOMENT_FORMS))


def instant(text: str) -> datetime:
    """Read a document's moment; one without a zone is UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _moved(moment: datetime, micros: int) -> datetime:
    try:
        return moment + timedelta(microseconds=micros)
    except OverflowError:
        return moment


def _abroad(moment: datetime, minutes: int) -> str:
    try:
        return moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    except OverflowError:
        return moment.isoformat()


# A form may leave out what a moment has; what is written is then what is meant.
_MOMENT_FORMS: Sequence[Callable[[datetime], str]] = (
    datetime.isoformat,
    lambda moment: moment.isoformat().replace("+00:00", "Z"),
    lambda moment: moment.replace(tzinfo=None).isoformat(),
    lambda moment: moment.replace(tzinfo=None).isoformat(sep=" "),
    lambda moment: moment.isoformat(timespec="microseconds").replace("+00:00", "0Z"),
    lambda moment: moment.date().isoformat(),
    lambda moment: moment.isoformat()[:16],
    lambda moment: _abroad(moment, 330),
    lambda moment: _abroad(moment, -150),
    # A client that did not encode the plus.
    lambda moment: _abroad(moment, 330).replace("+", " "),
    lambda moment: moment.isoformat().replace("-", "").replace(":", "").replace("+0000", "Z"),
    lambda moment: "{}-W{:02}-{}".format(*moment.isocalendar()).zfill(10),
)


_LOST_PLUS = re.compile(r" (\d\d:\d\d)$")


def _moment(sign: str, moment: datetime, form: Callable[[datetime], str]) -> _Tested:
    compare, written = COMPARE[sign], form(moment)
    meant = instant(_LOST_PLUS.sub(r"+\1", written))
    return _with(sign, written, lambda held: compare(instant(held), meant))


def _booleans(_: Property, present: Sequence[bool]) -> st.SearchStrategy[_Tested]:
    del present
    signs, values = st.sampled_from(["=", "!="]), st.sampled_from(["true", "FALSE", "True"])
    return st.builds(
        lambda sign, value: _with(
            sign, value, lambda held: COMPARE[sign](held, value.lower() == "true")
        ),
        signs,
        values,
    )


def in_order(
    documents: Mapping[str, Document], schema: PropertyIndex, by: str | None
) -> list[Document]:
    """Sort documents, given by id: what is missing last, ties by id; all the other way round with
    a leading minus.
    """
    path = (by or "").removeprefix("-")
    found = schema.find(path) if by else None

    def rank(pair: tuple[str, Document]) -> tuple[bool, Any, str]:
        value = value_at(pair[1], found.path) if found else 0
        if found and found.kind is Kind.DATETIME and value is not None:
            value = instant(str(value))
        return (value is None, 0 if value is None else value, pair[0])

    ranked = sorted(documents.items(), key=rank, reverse=bool(by) and str(by).startswith("-"))
    return [document for _, document in ranked]
