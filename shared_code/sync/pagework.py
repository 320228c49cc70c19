"""What is done with a page's body, in whatever process: read it, map it, ready it for the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared_code.fetch.paging import Answer, Key
from shared_code.figures import Figure
from shared_code.mapping.page import map_page
from shared_code.spec import DataSource, Feed, Lookups, Native, Page, Resource
from shared_code.sync.preparing import Prepared

AT_ONCE = 20
"""Records that are taken through all steps together. All of a page of a thousand would be out of
the processor's reach again at each step: the mapping takes a twelfth less of its time so."""


@dataclass(frozen=True, slots=True)
class Job:
    """The work on the pages of one resource, as it travels between processes."""

    resource: str
    versions: Mapping[str, int]
    """Of the mapping, by the data type that the resource feeds in this run."""
    checks: tuple[str, ...]
    """The kinds of figures that are wanted of it."""
    lookups: Mapping[str, Sequence[bytes]]
    """Bodies of the kept pages that the mapping looks things up in, by resource."""
    lookups_sha256: str
    """Tells the lookups of one job from those of the next."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a page lists, before any of it was mapped."""

    records: Sequence[Key]
    deleted: Sequence[Key]
    next: str | None
    more: bool | None
    total: int | None
    rows: int | None

    def answer(self, headers: Mapping[str, str]) -> Answer:
        """Say what the page tells its strategy."""
        keys = [*self.records, *self.deleted]
        return Answer(keys, self.next, self.more, self.total, self.rows, headers)


@dataclass(frozen=True, slots=True)
class Understood:
    """What became of a page: its records by data type, and what it says of the books."""

    prepared: Mapping[str, Prepared]
    figures: Mapping[str, Sequence[Figure]]
    """By kind; of whom they are is for those to say who asked."""


Mapped = Callable[[], Understood]
"""Gives what became of a page, once it is wanted; raises `Reject` for figures that are none."""

Steps = Iterator[Understood | None]
"""The same a few records at a time, None until all are done: somebody else may come in between."""


class Reader(Protocol):
    """Whoever reads bodies; pages are listed one after another, whatever is mapped meanwhile."""

    @property
    def most_ahead(self) -> int:
        """Records that may be listed and not mapped yet: each takes some kilobytes until then."""
        ...

    def open(self, job: Job) -> None:
        """Take up the pages of a resource."""
        ...

    def list(self, body: bytes) -> Listed:
        """Read a body; raises ValueError for one that is no page of the resource."""
        ...

    def map(self) -> Mapped:
        """Have the page mapped that was listed last; it need not be done yet."""
        ...


class InPlace:
    """Reads bodies in this process; maps when it is asked for the outcome."""

    most_ahead = 2_000
    """Here what was listed takes memory that Python seldom gives back."""

    def __init__(self, source: DataSource) -> None:
        self._source = source
        self._books = _Books(source)
        self._work: _Work | None = None
        self._records: list[tuple[Key, Native]] = []

    def open(self, job: Job) -> None:
        """Make the mappings of the job's versions."""
        self._work = _Work(self._source.resource(job.resource), job, self._books)

    def list(self, body: bytes) -> Listed:
        """Read a body; an empty one is a page without records (204 No Content)."""
        resource = self._opened.resource
        page = resource.parse(body) if body else Page([])
        try:
            self._records = [(resource.key(record), record) for record in page.records]
        except KeyError as missing:
            raise ValueError(f"a record of {resource.name} without {missing}") from None
        keys = [key for key, _ in self._records]
        return Listed(keys, page.deleted, page.next, page.more, page.total, page.rows)

    def map(self) -> Mapped:
        """Leave the mapping to whoever asks for the outcome."""
        work, records = self._opened, self._records
        return lambda: next(filter(None, work.steps(records)))

    def steps(self) -> Steps:
        """Map the page that was listed last as far as steps are taken."""
        return self._opened.steps(self._records)

    @property
    def _opened(self) -> _Work:
        if self._work is None:
            raise RuntimeError("no resource was opened")
        return self._work


class _Books:
    """The lookups of the jobs of a run; resources one after another look up the same."""

    def __init__(self, source: DataSource) -> None:
        self.source = source
        self._of = ""
        self._made: dict[int, Lookups] = {}

    def lookups(self, job: Job, version: int) -> Lookups:
        """Make what a version of the mapping looks up, or find it made."""
        of = f"{job.lookups_sha256} {sorted(job.lookups)}"
        if of != self._of:
            self._of, self._made = of, {}
        if version not in self._made:
            records = parsed(self.source, job.lookups)
            self._made[version] = self.source.mapped_by(version).make_lookups(records)
        return self._made[version]


class _Work:
    """The mappings of one job."""

    def __init__(self, resource: Resource, job: Job, books: _Books) -> None:
        self.resource = resource
        self._feeds = [*_feeds(books, job)]
        self._checks = [each for each in resource.checks if each.kind in job.checks]
        version = books.source.mapping_version
        self._checking: Lookups = books.lookups(job, version) if self._checks else None

    def steps(self, records: Sequence[tuple[Key, Native]]) -> Steps:
        """Read a page's records, map them for each of their data types, and read their figures."""
        prepared = {feed.data_type: Prepared() for feed, _ in self._feeds}
        figures: dict[str, list[Figure]] = {check.kind: [] for check in self._checks}
        for start in range(0, len(records), AT_ONCE):
            few = records[start : start + AT_ONCE]
            read = [(key, self.resource.read(record)) for key, record in few]
            for feed, lookups in self._feeds:
                prepared[feed.data_type].add(map_page(feed, read, lookups))
            for check in self._checks:
                for _, native in read:
                    figures[check.kind] += check.figures(native, self._checking)
            yield None
        yield Understood(prepared, figures)


def _feeds(books: _Books, job: Job) -> Iterator[tuple[Feed, Lookups]]:
    for data_type, version in job.versions.items():
        mapped = books.source.mapped_by(version).resource(job.resource)
        feed = next(each for each in mapped.feeds if each.data_type == data_type)
        yield feed, books.lookups(job, version)


def parsed(
    source: DataSource, bodies: Mapping[str, Sequence[bytes]]
) -> Mapping[str, Sequence[Native]]:
    """Read the records of kept pages, by resource; a 204 was kept too, and has nothing in it."""
    return {
        name: [
            record for body in kept if body for record in source.resource(name).parse(body).records
        ]
        for name, kept in bodies.items()
    }
