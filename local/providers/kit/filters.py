"""How a list is narrowed and sorted before a page is cut out of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from local.providers.kit.asked import Asked, BadRequest
from local.providers.kit.paging import Native, Rows


class Filter(Protocol):
    """Narrows or sorts a list by what a call asks for."""

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

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out what is older."""
        moment = self._moment(asked)
        if moment is None:
            if self.required:
                raise BadRequest(f"{self.name} is missing")
            return rows
        if self.reach and moment < asked.now - self.reach:
            raise BadRequest(f"{self.name} may lie {self.reach.days} days back at most")
        by = self.by or rows.modified
        kept = (
            each
            for each in rows.records
            if by(each) > moment or (self.included and by(each) == moment)
        )
        return replace(rows, records=list(kept))

    def _moment(self, asked: Asked) -> datetime | None:
        given = asked.headers if self.into == "header" else asked.params
        text = given.get(self.name)
        if not text:
            return None
        match = re.search(self.wrap, text)
        if match is None:
            raise BadRequest(f"{self.name} must have the form {self.wrap}, not '{text}'")
        return asked.moment(self.name, match[1])


@dataclass(frozen=True, slots=True)
class Among:
    """Only records whose property is one of those in a parameter, parted by commas."""

    param: str
    by: Callable[[Native], object]

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out the others."""
        wanted = {each.strip() for each in asked.params.get(self.param, "").split(",")} - {""}
        if not wanted:
            return rows
        return replace(
            rows, records=[each for each in rows.records if str(self.by(each)) in wanted]
        )


@dataclass(frozen=True, slots=True)
class Unless:
    """Some records are left out unless a parameter says otherwise, such as archived ones."""

    param: str
    shows: str
    hides: Callable[[Native], bool]

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Leave out what is hidden."""
        if asked.params.get(self.param) == self.shows:
            return rows
        return replace(rows, records=[each for each in rows.records if not self.hides(each)])


@dataclass(frozen=True, slots=True)
class SortedBy:
    """The order that a parameter names: `-name` turns it round; without, the last change decides.

    `always` sorts where nothing is asked for.
    """

    param: str
    orders: Mapping[str, Callable[[Native], object]] = field(default_factory=dict)
    always: Callable[[Native], object] | None = None

    def of(self, rows: Rows, asked: Asked) -> Rows:
        """Sort."""
        wanted = asked.params.get(self.param, "")
        by = self.orders.get(wanted.lstrip("-")) if wanted else self.always
        if by is None:
            if wanted:
                raise BadRequest(f"{self.param} must be one of {', '.join(self.orders)}")
            return rows
        getter = by

        def rank(record: Native) -> tuple[str, str]:
            value = getter(record)
            text = value.isoformat() if isinstance(value, datetime) else str(value)
            return text, rows.key(record)

        ordered = sorted(rows.records, key=rank, reverse=wanted.startswith("-"))
        return replace(rows, records=ordered)
