"""What the author of a simulator declares; all that is left open has a sensible default."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

import orjson
from starlette.responses import Response

from local.providers.books.book import Book
from local.providers.books.kinds import is_gone, kind_of
from local.providers.books.model import ZERO
from local.providers.books.truth import Truth
from local.providers.kit.asked import Asked
from local.providers.kit.auth import Auth, Tenancy
from local.providers.kit.files import Files
from local.providers.kit.filters import Filter
from local.providers.kit.paging import Cut, Native, Paging, Whole
from local.providers.kit.reach import Reach
from local.providers.kit.throttle import Limited
from local.providers.simulation.hooks import Webhooks
from local.providers.simulation.limits import Limits
from local.providers.simulation.simulator import Simulator

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a shape may look at beside its record.

    Args:
        asked: The call; None where people look at the record.
        single: Whether the record is asked for alone.
        slip: By how much the provider's own figures are wrong.
    """

    book: Book
    now: datetime
    asked: Asked | None = None
    single: bool = False
    slip: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to be put into its envelope: what was cut, told in the provider's shape."""

    cut: Cut
    rows: Sequence[Json]
    gone: Sequence[str]
    """Ids of what the page says is gone."""
    asked: Asked


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where the parts of a page go, as dotted names; what has no name is not told.

    Without a name for the rows, the page is a bare list.
    """

    rows: str = ""
    total: str = ""
    more: str = ""
    cursor: str = ""
    url: str = ""
    gone: str = ""
    gone_as: Callable[[str], object] = lambda gone_id: {"id": gone_id}
    place: Mapping[str, str] = field(default_factory=dict)
    """Names for the place: `page`, `size`, `pages`, `total`, `offset`."""
    also: Callable[[Sheet], Mapping[str, object]] = lambda _: {}
    empty_status: int = 200
    """The status of a page without rows; 204 has no body."""

    def __call__(self, sheet: Sheet) -> Response:
        """Answer with the page."""
        if not sheet.rows and not sheet.gone and self.empty_status != 200:
            return Response(None, self.empty_status)
        content: object = list(sheet.rows)
        if self.rows:
            content = self._object(sheet)
        return Response(
            orjson.dumps(content), headers=dict(sheet.cut.headers), media_type="application/json"
        )

    def _object(self, sheet: Sheet) -> Json:
        cut = sheet.cut
        content: Json = dict(self.also(sheet))
        parts: list[tuple[str, object]] = [
            (self.rows, list(sheet.rows)),
            (self.total, cut.total),
            (self.more, cut.more),
            (self.cursor, cut.token),
            (self.url, cut.url),
            (self.gone, [self.gone_as(each) for each in sheet.gone]),
            *((name, cut.place[part]) for part, name in self.place.items() if part in cut.place),
        ]
        for name, value in parts:
            if name:
                _put(content, name, value)
        return content


def _put(content: Json, name: str, value: object) -> None:
    *outer, last = name.split(".")
    for each in outer:
        inner = content.setdefault(each, {})
        if not isinstance(inner, dict):
            raise TypeError(f"{name} lies within something that is no object")
        content = inner
    content[last] = value


def id_of(record: Native) -> str:
    """Give a record's id, as nearly all records have one."""
    return str(record.id)


def changed_at(record: Native) -> datetime:
    """Give a record's last change; what never changes changed at the beginning of time."""
    moment = getattr(record, "updated_at", None)
    return moment if isinstance(moment, datetime) else datetime(1970, 1, 1, tzinfo=UTC)


def stays(_: Native) -> bool:
    """Tell that nothing is gone: deletions show in the records themselves."""
    return False


def nothing_else(_: Native) -> tuple[str, ...]:
    """Tell that a record is known by its key alone."""
    return ()


def one(record: Json, _: Asked) -> object:
    """Give a single record bare."""
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One of the provider's lists, and its single records below it.

    Deletions: by default a deleted record is listed with its status (`gone=stays`). With
    `gone=is_gone` it vanishes. A second resource over `removed_of(...)` is a list of tombstones;
    one over `with_removed(...)` that is a `feed` captures changes, deletions among them.
    """

    name: str
    """As `/_books`, the page and webhooks call it."""
    path: str
    """Below the API's root."""
    records: Callable[[Book], Iterable[Native]]
    shape: Callable[[Native, Telling], Json]
    envelope: Envelope
    paging: Paging = field(default_factory=Whole)
    filters: tuple[Filter, ...] = ()
    key: Callable[[Native], str] = id_of
    modified: Callable[[Native], datetime] = changed_at
    gone: Callable[[Native], bool] = stays
    feed: bool = False
    """Whether its pages name what is gone, in place of leaving it out."""
    method: Literal["GET", "POST"] = "GET"
    scopes: frozenset[str] = frozenset()
    """Any one of these; none are needed if empty."""
    entity: str = ""
    """Of an SQL-like language: resources that share a path are told apart by it."""
    has_single: bool = True
    single: Callable[[Json, Asked], object] = one
    """Puts a single record into its envelope."""
    names: Callable[[Native], tuple[str, ...]] = nothing_else
    """What a single record is found by beside its key, such as its number."""
    forms: Mapping[str, Callable[[Native], Response]] = field(default_factory=dict)
    """Other forms of a single record, such as a PDF, by what a call says that it accepts."""
    files: Files | None = None
    shown: bool = True
    """Whether the page and the truth have it; a report is no list to look at."""


Problem = Callable[[int, str, str], Response]
"""Words a refusal: status, the simulator's own short code for it, a sentence."""


def problem(status: int, code: str, message: str) -> Response:
    """Word a refusal plainly."""
    content = {"error": {"code": code, "message": message}}
    return Response(orjson.dumps(content), status, media_type="application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A provider, declared."""

    title: str
    auth: Auth
    resources: tuple[Resource, ...]
    root: str = ""
    """Of all resources' paths; it may have `{tenant}`."""
    tenancy: Tenancy = field(default_factory=Tenancy)
    reach: Callable[[Simulator], Reach] | None = None
    """What tokens reach, where that is more than what was consented to."""
    any_case: bool = False
    """Whether paths, parameters and organisations' ids may be written in any case."""
    instead: Callable[[Asked], Response | None] = lambda _: None
    """An answer in place of JSON, for a call that did not ask for it."""
    limits: Limited = field(default_factory=lambda: Limited(Limits.only()))
    problem: Problem = problem
    webhooks: Webhooks | None = None
    truth: Callable[[Book], Truth] = lambda _: {}
    """What a reader should have of a book, in the words of its own contract."""


def removed_of(*kinds: str) -> Callable[[Book], list[Native]]:
    """List what is gone: deleted documents, payments, transfers, and items that vanished.

    Kinds are `invoice`, `bill`, `credit_note`, `supplier_credit`, `payment`, `spent`, `received`,
    `transfer`, `order` and `item`.
    """

    def records(book: Book) -> list[Native]:
        every: Iterable[Native] = (each for timeline in book.edited() for each in timeline)
        found = [each for each in every if is_gone(each) and kind_of(each) in kinds]
        return sorted(found, key=lambda each: (each.updated_at, each.id))

    return records


def with_removed(
    records: Callable[[Book], Iterable[Native]], *kinds: str
) -> Callable[[Book], list[Native]]:
    """List records and what is gone of the kinds, each once, by last change."""

    def both(book: Book) -> list[Native]:
        found = {each.id: each for each in (*records(book), *removed_of(*kinds)(book))}
        return sorted(found.values(), key=lambda each: (each.updated_at, each.id))

    return both
