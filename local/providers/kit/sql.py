"""Lists that are asked for by a query of an SQL-like language, in a parameter or a body."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from local.providers.kit.asked import Asked, BadRequest
from local.providers.kit.paging import Cut, Native, Rows

_QUERY = re.compile(
    r"\s*select\s+(?P<what>count\(\*\)|.+?)\s+from\s+(?P<entity>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s?by\s+(?P<order>[\w.]+)(?:\s+(?P<way>asc|desc))?)?"
    r"(?:\s+startposition\s+(?P<start>\d+))?(?:\s+maxresults\s+(?P<most>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"\s*(?P<field>[\w.]+)\s*(?P<sign>>=|<=|!=|=|>|<|\bin\b)\s*(?P<value>.+?)\s*", re.IGNORECASE
)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    "in": lambda left, right: left in right,
}


def entity_of(query: str) -> str:
    """Name what a query selects from; raises BadRequest for what is no query."""
    return _parsed(query)["entity"] or ""


@dataclass(frozen=True, slots=True)
class Sql:
    """A query names the conditions, the order and the place.

    `fields` are the properties that conditions and order may name. A place is `startposition n
    maxresults m` in the query or, where `size` names a parameter, that many rows from the first.
    """

    fields: Mapping[str, Callable[[Native], object]]
    param: str = "query"
    usual: int = 100
    most: int = 1_000
    size: str = ""
    literal: Callable[[str], str] = field(default=lambda text: text)
    """Brings a literal of the provider's own to a quoted text or a number."""

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give what the query selects."""
        query = _parsed(asked.params.get(self.param, ""))
        found = list(rows.records)
        for condition in re.split(r"\s+and\s+", query["where"] or "", flags=re.IGNORECASE):
            if condition:
                found = list(filter(self._test(condition), found))
        if query["order"]:
            getter, reverse = self._getter(query["order"]), (query["way"] or "").lower() == "desc"
            found.sort(
                key=lambda each: (*_gaps_first(getter(each)), rows.key(each)), reverse=reverse
            )
        return self._window(query, replace(rows, records=found), asked)

    def _window(self, query: Mapping[str, str | None], rows: Rows, asked: Asked) -> Cut:
        begin = int(query["start"] or 1) - 1
        wanted = int(query["most"] or self.usual)
        if self.size:
            wanted = asked.whole(self.size, self.usual, least=1)
        if begin < 0 or not 0 < wanted <= self.most:
            raise BadRequest(f"A query gives from 1 to {self.most} rows, counted from 1")
        end, total = begin + wanted, len(rows.records)
        onward = {"startposition": str(end + 1)} if end < total else {}
        place = {"start": begin + 1, "size": wanted}
        return Cut(rows.records[begin:end], total, onward, place=place)

    def _test(self, condition: str) -> Callable[[Native], bool]:
        match = _CONDITION.fullmatch(condition)
        if match is None:
            raise BadRequest(f"'{condition}' is no condition")
        getter, compare = self._getter(match["field"]), _SIGNS[match["sign"].lower()]
        wanted = self._value(match["value"])

        def test(record: Native) -> bool:
            left, right = _alike(getter(record), wanted)
            return compare(left, right)

        return test

    def _value(self, text: str) -> object:
        if listed := re.fullmatch(r"\((.+)\)", text):
            return [str(self._value(each.strip())) for each in listed[1].split(",")]
        brought = self.literal(text)
        return brought[1:-1] if brought[:1] in "'\"" else brought

    def _getter(self, name: str) -> Callable[[Native], object]:
        known = {each.lower(): getter for each, getter in self.fields.items()}
        if name.lower() not in known:
            raise BadRequest(f"There is no property {name}; these are: {', '.join(self.fields)}")
        return known[name.lower()]


def _parsed(query: str) -> Mapping[str, str | None]:
    match = _QUERY.fullmatch(query)
    if match is None:
        raise BadRequest(f"'{query[:200]}' is no query")
    return match.groupdict()


def _gaps_first(value: object) -> tuple[bool, Any]:
    return value is not None, value


def _alike(left: object, wanted: object) -> tuple[object, object]:
    """Bring a property and a literal to one type: moments, dates, numbers, else text."""
    if isinstance(wanted, list):
        return str(left).lower() if isinstance(left, bool) else str(left), wanted
    text = str(wanted)
    try:
        if isinstance(left, datetime):
            moment = datetime.fromisoformat(text)
            return left, moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(left, date):
            return left, date.fromisoformat(text)
        if isinstance(left, int) and not isinstance(left, bool):
            return left, int(text)
    except ValueError as error:
        raise BadRequest(f"'{text}' cannot be compared with that") from error
    return str(left).lower() if isinstance(left, bool) else str(left), text
