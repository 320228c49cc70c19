"""How a list is handed out: a style for each way in which providers page.

A style cuts a page out of the records that are left after filtering, in their order. What a
connector's strategy asks, a style here answers.
"""

import base64
import operator
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, Protocol

from local.providers.books.book import Timeline
from local.providers.kit.asked import Asked, BadRequest

# A list's records have one type, but styles cut them all.
Native = Any


@dataclass(frozen=True, slots=True)
class Rows:
    """What is left of a list after filtering, with what places a record in it."""

    records: Sequence[Native]
    key: Callable[[Native], str]
    modified: Callable[[Native], datetime]
    timeline: Timeline[Native] | None = None
    """Where all of them come from, as long as none was left out: it finds moments at once."""

    def only(self, records: Sequence[Native]) -> "Rows":
        """Go on with these, in this order."""
        return replace(self, records=records, timeline=None)

    def rank(self, record: Native) -> tuple[str, str]:
        """Place a record by its last change, and its id where changes are as old."""
        moment = self.modified(record).astimezone(UTC)
        return moment.isoformat(timespec="microseconds"), self.key(record)


@dataclass(frozen=True, slots=True)
class Cut:
    """A page: its records, and how the next one is asked for.

    `onward` are the parameters that change for the next page, empty at the end; `token` stands for
    them where the provider gives a token, and may be there at the end too. `url` is the next page's
    address for providers that give one.
    """

    records: Sequence[Native]
    total: int
    onward: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    place: Mapping[str, int] = field(default_factory=dict)

    @property
    def more(self) -> bool:
        """Tell whether the list goes on."""
        return bool(self.onward)


class Paging(Protocol):
    """A style."""

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Cut the page that is asked for; raises BadRequest."""


@dataclass(frozen=True, slots=True)
class Size:
    """The parameter for a page's size; beyond `most` is refused, or cut down silently."""

    name: str
    usual: int
    most: int
    refuses: bool = False

    def of(self, asked: Asked) -> int:
        """Read how many records are wanted."""
        wanted = asked.whole(self.name, self.usual, least=1)
        if wanted > self.most and self.refuses:
            raise BadRequest(f"{self.name} must be at most {self.most}")
        return min(wanted, self.most)


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything in one answer; a feed of changes may stop after `most`."""

    most: int | None = None

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give all."""
        del asked
        return Cut(rows.records[: self.most], len(rows.records))


@dataclass(frozen=True, slots=True)
class Pages:
    """By a page's number; `counts` names a header that tells how many pages there are."""

    size: Size
    page: str = "page"
    first: int = 1
    counts: str = ""

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give the page with the number."""
        size, number = self.size.of(asked), asked.whole(self.page, self.first, least=self.first)
        begin, total = (number - self.first) * size, len(rows.records)
        pages = max(1, -(-total // size))
        more = begin + size < total
        return Cut(
            rows.records[begin : begin + size],
            total,
            {self.page: str(number + 1)} if more else {},
            headers={self.counts: str(pages)} if self.counts else {},
            place={"page": number, "size": size, "pages": pages, "total": total},
        )


@dataclass(frozen=True, slots=True)
class WhenAsked:
    """Pages for calls that ask for them by one of these parameters; the others get everything."""

    inner: Paging
    names: tuple[str, ...]

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give a page, or all."""
        pages = any(name in asked.params for name in self.names)
        return (self.inner if pages else Whole()).cut(rows, asked)


@dataclass(frozen=True, slots=True)
class Numbered:
    """By the number of the last record that was given, such as a journal's or a row version.

    The list is in the order of its numbers; so many come at once, and nobody can ask for more.
    """

    after: str
    number: Callable[[Native], int]
    at_once: int

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give what comes after the number."""
        begin = bisect_right(rows.records, asked.whole(self.after, 0), key=self.number)
        given, total = rows.records[begin : begin + self.at_once], len(rows.records)
        more = begin + self.at_once < total
        return Cut(given, total, {self.after: str(self.number(given[-1]))} if more else {})


@dataclass(frozen=True, slots=True)
class Offsets:
    """By how many records lie before it; `first` is 1 where the provider counts from one."""

    size: Size
    offset: str = "offset"
    first: int = 0

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give what follows the offset."""
        size, offset = self.size.of(asked), asked.whole(self.offset, self.first, least=self.first)
        begin, total = offset - self.first, len(rows.records)
        more = begin + size < total
        return Cut(
            rows.records[begin : begin + size],
            total,
            {self.offset: str(offset + size)} if more else {},
            place={"offset": offset, "size": size},
        )


@dataclass(frozen=True, slots=True)
class Tokens:
    """By an opaque token, which stands for an offset or for the last record that was given.

    Behind an offset a list that changes loses records, as at most providers; behind a key it does
    not, since such a list is in the order of last change, whatever else it was sorted by.
    """

    size: Size
    param: str = "cursor"
    by: Literal["offset", "key"] = "offset"

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give what the token stands for."""
        place = unseal(self.param, asked.params.get(self.param), self.by)
        if self.by == "key":
            rows = _ranked(rows)
        begin = 0
        if place:
            begin = int(place[0]) if self.by == "offset" else _after(rows, (place[0], place[1]))
        end, total = begin + self.size.of(asked), len(rows.records)
        given = rows.records[begin:end]
        if end >= total:
            return Cut(given, total)
        to = (str(end),) if self.by == "offset" else rows.rank(given[-1])
        token = seal(self.by, *to)
        return Cut(given, total, {self.param: token}, token)


@dataclass(frozen=True, slots=True)
class SyncFeed:
    """By a token that stays good: what changed since, removals among it, oldest first.

    Its resource is a `feed`, so that what is gone is listed too, for the envelope to tell apart.
    The last page has a token as well.
    """

    size: Size
    param: str = "cursor"

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give what changed since the token."""
        text = asked.params.get(self.param)
        place = unseal(self.param, text, "key")
        ranked = _ranked(rows)
        begin = _after(ranked, (place[0], place[1])) if place else 0
        end, total = begin + self.size.of(asked), len(rows.records)
        given = ranked.records[begin:end]
        token = seal("key", *rows.rank(given[-1])) if given else text
        return Cut(given, total, {self.param: token or ""} if end < total else {}, token)


@dataclass(frozen=True, slots=True)
class Keyset:
    """By the last id that was given, over a list sorted by id, in either direction."""

    size: Size
    after: str = "starting_after"
    newest_first: bool = False

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give what comes after the id."""
        found = sorted(rows.records, key=rows.key, reverse=self.newest_first)
        last = asked.params.get(self.after)
        if last:
            beyond = operator.lt if self.newest_first else operator.gt
            found = [each for each in found if beyond(rows.key(each), last)]
        size = self.size.of(asked)
        given = found[:size]
        onward = {self.after: rows.key(given[-1])} if size < len(found) else {}
        return Cut(given, len(rows.records), onward)


@dataclass(frozen=True, slots=True)
class Linked:
    """By the next page's address, in a `Link` header or for the envelope to put into the body."""

    inner: Paging
    into: Literal["header", "body"] = "header"

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give the page, and the address of the next."""
        found = replace(self.inner.cut(rows, asked), token=None)
        if not found.more:
            return found
        url = str(asked.url.include_query_params(**found.onward))
        if self.into == "body":
            return replace(found, url=url)
        return replace(found, headers={**found.headers, "Link": f'<{url}>; rel="next"'})


@dataclass(frozen=True, slots=True)
class Windows:
    """By a span of days that must be named, and may be `longest` long; `inner` pages within it."""

    start: str
    end: str
    day: Callable[[Native], date]
    inner: Paging
    longest: timedelta | None = None

    def cut(self, rows: Rows, asked: Asked) -> Cut:
        """Give what lies within the span, both its ends included."""
        lower, upper = self._bound(asked, self.start), self._bound(asked, self.end)
        if lower > upper or (self.longest and upper - lower > self.longest):
            allowed = f", of at most {self.longest.days} days" if self.longest else ""
            raise BadRequest(f"{self.start} and {self.end} must name a span{allowed}")
        found = [each for each in rows.records if lower <= _midnight(self.day(each)) <= upper]
        return self.inner.cut(replace(rows, records=found), asked)

    def _bound(self, asked: Asked, name: str) -> datetime:
        moment = asked.moment(name, asked.params.get(name))
        if moment is None:
            raise BadRequest(f"{name} is missing")
        return moment


def seal(*parts: str) -> str:
    """Make an opaque token."""
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def unseal(name: str, token: str | None, kind: str) -> list[str]:
    """Open a token, nothing for none; raises BadRequest for one that was never given out."""
    if not token:
        return []
    try:
        padded = token + "=" * (-len(token) % 4)
        found, *parts = base64.b64decode(padded, b"-_", validate=True).decode().split("|")
    except ValueError as error:
        raise BadRequest(f"{name} is no token of this list") from error
    if found != kind or not all(re.fullmatch(r"[\w:.+-]+", each) for each in parts):
        raise BadRequest(f"{name} is no token of this list")
    return parts


def _ranked(rows: Rows) -> Rows:
    """Put records in the order of their last change."""
    return rows.only(sorted(rows.records, key=rows.rank))


def _after(ranked: Rows, rank: tuple[str, str]) -> int:
    """Count the records up to a place."""
    return bisect_right(ranked.records, rank, key=ranked.rank)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
