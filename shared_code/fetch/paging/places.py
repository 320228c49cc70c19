"""How a place in a list is written into a request: the dialects of providers.

A strategy knows where it stands, a dialect how to say so. `Write` is the seam between the two; a
connector whose provider speaks none of these writes a function of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from shared_code.fetch.paging.protocol import Ask, Stuck

SECONDS = "%Y-%m-%dT%H:%M:%SZ"

_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after `number` pages of `size`, after an id or token, since a change."""

    size: int
    number: int = 0
    after: str | None = None
    since: datetime | None = None

    @property
    def offset(self) -> int:
        """How many records lie before it."""
        return self.number * self.size

    @property
    def plain_after(self) -> str:
        """`after`, safe within a query's text; `Stuck` for an id that could say more than an id."""
        if self.after is None or not _PLAIN_ID.fullmatch(self.after):
            raise Stuck("The provider gave an id that no query can hold", repr(self.after)[:200])
        return self.after


Write = Callable[[Place], Ask]


def second_of(moment: datetime) -> str:
    """Write the second in which a moment lies, as `SECONDS` does in three times the time."""
    return moment.astimezone(UTC).isoformat("T", "seconds")[:19] + "Z"


@dataclass(frozen=True, slots=True)
class Since:
    """How a request says that only what changed since is wanted.

    `form` is a `strftime` format, in UTC; `wrap` puts what it gives into a longer expression, such
    as `LastModified gt datetime'{}'`.
    """

    name: str
    into: Literal["header", "param"] = "param"
    form: str = SECONDS
    wrap: str = "{}"

    def written(self, place: Place) -> Mapping[str, str]:
        """Its one parameter or header; none where everything is wanted."""
        if place.since is None:
            return {}
        return {self.name: self.wrap.format(place.since.astimezone(UTC).strftime(self.form))}


@dataclass(frozen=True, slots=True)
class Fields:
    """Parameters that hold a place: those with a name are sent.

    `number` counts pages from `first`, `offset` records from nought, `after` is an id or a token.
    """

    params: Mapping[str, str]
    number: str = ""
    offset: str = ""
    after: str = ""
    size: str = ""
    first: int = 1
    since: Since | None = None
    headers: Mapping[str, str] | None = None

    def __call__(self, place: Place) -> Ask:
        """Write the place as query parameters and headers."""
        held = {
            self.number: str(place.number + self.first),
            self.offset: str(place.offset),
            self.after: place.after,
            self.size: str(place.size),
        }
        params = {name: value for name, value in held.items() if name and value is not None}
        since = self.since.written(place) if self.since else {}
        in_header = self.since is not None and self.since.into == "header"
        return Ask(
            {**self.params, **params, **({} if in_header else since)},
            {**(self.headers or {}), **(since if in_header else {})},
        )


@dataclass(frozen=True, slots=True)
class StartPosition:
    """A query as a parameter: `select ... where ... orderby ... startposition 1 maxresults 1000`.

    `changed` is the property of the last change; with it the list is sorted and, from the second
    pass on, filtered.
    """

    entity: str
    changed: str = "MetaData.LastUpdatedTime"
    param: str = "query"

    def __call__(self, place: Place) -> Ask:
        """Write the place as a query."""
        where = ""
        if place.since is not None:
            since = place.since.astimezone(UTC).strftime(SECONDS)
            where = f" where {self.changed} >= '{since}'"
        window = f"startposition {place.offset + 1} maxresults {place.size}"
        names = f"select * from {self.entity}{where} orderby {self.changed}"  # noqa: S608
        return Ask({self.param: f"{names} {window}"})


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL by POST, sorted by an immutable key: each page begins after the last one's last id.

    An offset is never sent, so that a cap on what one query may list is met by no list. `key` is
    numeric; `changed` is compared as text of the form `form`.
    """

    select: str
    """Up to the table, without any condition."""
    key: str
    changed: str = ""
    form: str = "TO_DATE('%Y-%m-%d %H:%M:%S', 'YYYY-MM-DD HH24:MI:SS')"
    headers: Mapping[str, str] | None = None

    def __call__(self, place: Place) -> Ask:
        """Write the place as a condition."""
        conditions = []
        if place.after is not None:
            conditions.append(f"{self.key} > {_number(place)}")
        if place.since is not None and self.changed:
            since = place.since.astimezone(UTC).strftime(self.form)
            conditions.append(f"{self.changed} >= {since}")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return Ask(
            params={"limit": str(place.size)},
            headers=self.headers or {},
            body={"q": f"{self.select}{where} ORDER BY {self.key}"},
        )


def _number(place: Place) -> int:
    try:
        return int(place.plain_after)
    except ValueError:
        raise Stuck("The provider gave a key that is no number", place.plain_after) from None


@dataclass(frozen=True, slots=True)
class GraphQl:
    """A GraphQL query by POST; `first`, `after` and `since` are its variables."""

    query: str
    variables: Mapping[str, str | int]
    since: Since | None = None

    def __call__(self, place: Place) -> Ask:
        """Write the place as variables."""
        since = self.since.written(place) if self.since else {}
        variables = {**self.variables, "first": place.size, "after": place.after, **since}
        return Ask(body={"query": self.query, "variables": variables})
