"""How a list is narrowed and sorted before a page is cut out of it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from local.providers.kit.asked import Asked, BadRequest
from local.providers.kit.paging import Native, Rows

_ORDER = re.compile(r"\s*([A-Za-z.]+)(?:\s+(ASC|DESC))?\s*", re.IGNORECASE)


class Filter(Protocol):
    """Narrows or sorts a list by what a call asks for."""

    @property
    def reads(self) -> str:
        """Name the parameter or header that it looks at."""

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Give what is left; raises BadRequest."""


@dataclass(frozen=True, slots=True)
class Since:
    """Only what changed since a moment, by a parameter or a header.

    `wrap` finds the moment within a longer expression, such as `LastModified gt datetime'(.+)'`.
    `reach` is how far back it may go, for feeds that forget.
    """

    name: str
    into: Literal["param", "header"] = "param"
    wrap: str = "(.+)"
    included: bool = True
    required: bool = False
    reach: timedelta | None = None
    by: Callable[[Native], datetime] | None = None
    """Another moment than the last change."""
    whole_seconds: bool = False
    """Whether fractions of a second are forgotten, so that a moment includes its second."""

    @property
    def reads(self) -> str:
        """Name the parameter or header."""
        return self.name

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out what is older."""
        moment = self._moment(asked)
        if moment is None:
            if self.required:
                raise BadRequest(f"{self.name} is missing")
            return rows
        if self.reach and moment < asked.now - self.reach:
            raise BadRequest(f"{self.name} may lie {self.reach.days} days back at most")
        if rows.timeline is not None and self.by is None and self.included:
            return rows.only(rows.timeline.since(moment))
        by = self.by or rows.modified
        kept = (
            each
            for each in rows.records
            if by(each) > moment or (self.included and by(each) == moment)
        )
        return rows.only(list(kept))

    def _moment(self, asked: Asked) -> datetime | None:
        given = asked.headers if self.into == "header" else asked.params
        text = given.get(self.name)
        if not text:
            return None
        match = re.search(self.wrap, text)
        if match is None:
            raise BadRequest(f"{self.name} must have the form {self.wrap}, not '{text}'")
        moment = asked.moment(self.name, match[1])
        if moment is None or not self.whole_seconds:
            return moment
        return moment.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Among:
    """Only records whose property is one of those in a parameter, parted by commas."""

    param: str
    by: Callable[[Native], object]
    any_case: bool = False

    @property
    def reads(self) -> str:
        """Name the parameter."""
        return self.param

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out the others."""
        given = self._fold(asked.params.get(self.param, ""))
        wanted = {each.strip() for each in given.split(",")} - {""}
        if not wanted:
            return rows
        return rows.only([each for each in rows.records if self._fold(self.by(each)) in wanted])

    def _fold(self, value: object) -> str:
        return str(value).lower() if self.any_case else str(value)


@dataclass(frozen=True, slots=True)
class Holding:
    """Only records of which some text holds what is searched for, in any case."""

    param: str
    texts: Callable[[Native], Iterable[str]]

    @property
    def reads(self) -> str:
        """Name the parameter."""
        return self.param

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out the others."""
        wanted = asked.params.get(self.param, "").lower()
        if not wanted:
            return rows
        found = (each for each in rows.records if any(self._in(each, wanted)))
        return rows.only(list(found))

    def _in(self, record: Native, wanted: str) -> Iterator[bool]:
        return (wanted in text.lower() for text in self.texts(record))


@dataclass(frozen=True, slots=True)
class Unless:
    """Some records are left out unless a parameter says otherwise, such as archived ones."""

    param: str
    shows: str
    hides: Callable[[Native], bool]

    @property
    def reads(self) -> str:
        """Name the parameter."""
        return self.param

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out what is hidden."""
        if asked.params.get(self.param, "").lower() == self.shows.lower():
            return rows
        return rows.only([each for each in rows.records if not self.hides(each)])


@dataclass(frozen=True, slots=True)
class SortedBy:
    """The order that a parameter names: `-name` turns it round; without, the last change decides.

    `always` sorts where nothing is asked for.
    """

    param: str
    orders: Mapping[str, Callable[[Native], object]] = field(default_factory=dict)
    always: Callable[[Native], object] | None = None

    @property
    def reads(self) -> str:
        """Name the parameter."""
        return self.param

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Sort."""
        wanted = asked.params.get(self.param, "")
        by = self.orders.get(wanted.lstrip("-")) if wanted else self.always
        if by is None:
            if wanted:
                raise BadRequest(f"{self.param} must be one of {', '.join(self.orders)}")
            return rows
        place = _gaps_last(by)

        def rank(record: Native) -> tuple[Any, str]:
            return place(record), rows.key(record)

        return rows.only(sorted(rows.records, key=rank, reverse=wanted.startswith("-")))


@dataclass(frozen=True, slots=True)
class InOrder:
    """The order that a parameter spells out: `Type DESC, Date`; equal ones stay as they were."""

    param: str
    fields: Mapping[str, Callable[[Native], Any]]

    @property
    def reads(self) -> str:
        """Name the parameter."""
        return self.param

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Sort by each field that is named, the first one last."""
        wanted = asked.params.get(self.param, "")
        for part in reversed(wanted.split(",") if wanted else []):
            getter, descending = self._read(part)
            if getter is not rows.modified or descending:
                rows = rows.only(sorted(rows.records, key=_gaps_last(getter), reverse=descending))
        return rows

    def _read(self, part: str) -> tuple[Callable[[Native], Any], bool]:
        known = {name.lower(): getter for name, getter in self.fields.items()}
        match = _ORDER.fullmatch(part)
        getter = known.get(match[1].lower()) if match else None
        if match is None or getter is None:
            raise BadRequest(f"No property or field '{part.strip()}' to order by")
        return getter, (match[2] or "").upper() == "DESC"


def _gaps_last(getter: Callable[[Native], Any]) -> Callable[[Native], tuple[bool, Any]]:
    return lambda each: (getter(each) is None, getter(each))
