"""What a list request asks for, and the records that answer it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from local.providers.books.book import Book, Timeline
from local.providers.xero.resources import Native, Resource
from local.providers.xero.shapes import FULL, LIGHT, LISTED, Detail
from local.providers.xero.where import Predicate, WhereError, compile_where

MAX_PAGE_SIZE = 1000
ORDER = re.compile(r"\s*([A-Za-z.]+)(?:\s+(ASC|DESC))?\s*", re.IGNORECASE)


class QueryError(ValueError):
    """A parameter cannot be understood; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page number from 1, and how many records a page holds."""

    number: int
    size: int

    def of(self, records: Sequence[Native]) -> Sequence[Native]:
        """Cut the page out of all records."""
        first = (self.number - 1) * self.size
        return records[first : first + self.size]

    def as_json(self, total: int) -> dict[str, int]:
        """Tell the page's place among all."""
        pages = -(-total // self.size)
        return {
            "page": self.number,
            "pageSize": self.size,
            "pageCount": pages,
            "itemCount": total,
        }


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list request; equal queries over an unchanged book have equal answers."""

    modified_since: datetime | None = None
    where: str = ""
    order: str = ""
    ids: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    search: str = ""
    include_archived: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, str], if_modified_since: str | None) -> Self:
        """Read a query; parameter names in any case, as Xero takes them; raises QueryError."""
        given = {name.lower(): value for name, value in parameters.items()}
        return cls(
            modified_since=parse_since(if_modified_since) if if_modified_since else None,
            where=given.get("where", ""),
            order=given.get("order", ""),
            ids=_listed(given.get("ids", "").lower()),
            numbers=_listed(given.get("invoicenumbers", "")),
            contacts=_listed(given.get("contactids", "").lower()),
            statuses=_listed(given.get("statuses", "").upper()),
            search=given.get("searchterm", "").lower(),
            include_archived=given.get("includearchived", "").lower() == "true",
        )

    def select(self, book: Book, resource: Resource) -> Sequence[Native]:
        """List the records that match, in the order asked for; raises QueryError."""
        tests = list(self._tests(resource))
        records = self._candidates(book, resource)
        found = list(records)
        for test in tests:
            found = [each for each in found if test(each)]
        return _ordered(found, self.order, resource) if self.order else found

    def _candidates(self, book: Book, resource: Resource) -> Iterable[Native]:
        records = resource.records(book)
        if self.modified_since and resource.has_modified_since and isinstance(records, Timeline):
            return records.since(self.modified_since)
        return records

    def _tests(self, resource: Resource) -> Iterable[Predicate]:
        if not self.include_archived and resource.name == "Contacts":
            yield lambda each: not resource.is_archived(each)
        if self.ids:
            yield lambda each: resource.key(each)[0].lower() in self.ids
        if self.numbers:
            yield lambda each: resource.key(each)[-1] in self.numbers
        if self.contacts and resource.contact:
            contact = resource.contact
            yield lambda each: contact(each) in self.contacts
        if self.statuses and resource.statuses:
            status = resource.statuses
            yield lambda each: status(each) in self.statuses
        if self.search:
            yield lambda each: any(self.search in text.lower() for text in resource.key(each)[1:])
        if self.where:
            try:
                yield compile_where(self.where, resource.fields)
            except WhereError as error:
                raise QueryError(str(error)) from error


def parse_since(text: str) -> datetime:
    """Read If-Modified-Since: UTC with or without Z, or with an offset; whole seconds count."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise QueryError(f"If-Modified-Since '{text}' is not a date and time") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def page_of(parameters: Mapping[str, str]) -> Page | None:
    """Read the page asked for; none when the request does not page; raises QueryError."""
    given = {name.lower(): value for name, value in parameters.items()}
    if "page" not in given and "pagesize" not in given:
        return None
    number, size = _whole(given, "page", 1), _whole(given, "pagesize", 100)
    if size > MAX_PAGE_SIZE:
        raise QueryError(f"pageSize must be at most {MAX_PAGE_SIZE}")
    return Page(number, size)


def detail_of(parameters: Mapping[str, str], resource: Resource, page: Page | None) -> Detail:
    """Decide how much is told: lists without a page have no lines, `summaryOnly` even less."""
    given = {name.lower(): value for name, value in parameters.items()}
    if given.get("summaryonly", "").lower() == "true":
        return LIGHT
    if resource.has_summaries and page is None:
        return LISTED
    return Detail(unit_places=4) if given.get("unitdp") == "4" else FULL


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _whole(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise QueryError(f"{name} must be a whole number from 1, not '{text}'")
    return int(text)


def _ordered(records: list[Native], order: str, resource: Resource) -> list[Native]:
    """Sort by one or more fields; equal ones keep the order of last change."""
    fields = {name.lower(): getter for name, getter in resource.fields.items()}
    for part in reversed(order.split(",")):
        match = ORDER.fullmatch(part)
        getter = fields.get(match[1].lower()) if match else None
        if match is None or getter is None:
            raise QueryError(f"No property or field '{part.strip()}' to order by")
        descending = (match[2] or "").upper() == "DESC"
        if getter is not fields.get("updateddateutc") or descending:
            records.sort(key=lambda each: (getter(each) is None, getter(each)), reverse=descending)
    return records
