"""What a connector says about its provider; how it is done is the platform's.

A connector declares its `Resource`s (the provider's own lists) in the order in which they are read,
and which data types each one feeds. All callables given here are pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from shared_code.catalogue import Integration
from shared_code.errors import CausewayError, Fault, Reauthorise
from shared_code.fetch.paging import Key, ModifiedSince, Paging, lists_all
from shared_code.figures import Figure
from shared_code.limits import Limits
from shared_code.model import Shape
from shared_code.model.accounting.attachment import Attachment
from shared_code.suspicion import Bounds

# A native record and a connector's lookups have the connector's own types: the platform only
# hands them from one of its callables to the next.
Native = Any
Lookups = Any

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page: native records in the provider's order.

    `total` is how many the request has, where the provider counts them; `next` the token or link
    that the body holds, `more` its flag. `rows` counts what the page holds where not all of it are
    records.
    """

    records: Sequence[Native]
    total: int | None = None
    next: str | None = None
    more: bool | None = None
    rows: int | None = None
    deleted: Sequence[Key] = ()
    """Records that the provider names as gone: their ids and, where it says so, since when."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A data type that a resource feeds; `map` gives None for a record of another type."""

    data_type: str
    map: Callable[[Native, Lookups], Shape | None]


def feeds(**maps: Callable[[Native, Lookups], Shape | None]) -> tuple[Feed, ...]:
    """List what a resource feeds: how its records are mapped, by data type."""
    return tuple(Feed(data_type, map_record) for data_type, map_record in maps.items())


@dataclass(frozen=True, slots=True)
class Check:
    """What a resource says of the books as a whole, to hold records against.

    It is read with a sync of all of its data types; none of them fails with it.
    """

    kind: str
    data_types: tuple[str, ...]
    figures: Callable[[Native, Lookups], Sequence[Figure]]
    """Raises `Reject` for a record that cannot be read."""
    explains: str = ""
    """A kind, by contact, of which it tells more: it is asked, with `Each`, about the contacts
    that differ most."""


def as_it_came(record: Native) -> Native:
    """Leave reading to the mappings."""
    return record


@dataclass(frozen=True, slots=True)
class Resource:
    """One of the provider's lists."""

    name: str
    path: str
    """Below the API's base URL."""
    paging: Paging
    parse: Callable[[bytes], Page]
    """Raises ValueError for a body that is not the resource's page. Not called for a 204."""
    key: Callable[[Native], Key]
    feeds: tuple[Feed, ...]
    lookups: tuple[str, ...] = ()
    """Resources whose records its mapping refers to; they come before it in the order.

    It goes without one whose `scopes` the company did not grant.
    """
    listed_whole: bool = False
    """Each pass gives every record, so absence from two passes means deletion."""
    deletes: tuple[str, ...] = ()
    """Data types of which it brings no records, but tells what is gone.

    By its pages' `deleted`, or, if it is listed whole, by absence (a sweep: its records are only
    looked at for their ids). It comes after all that feeds these types.
    """
    scopes: frozenset[str] = frozenset()
    """What was granted when it may be read: any one of these; none are needed if empty."""
    read: Callable[[Native], Native] = as_it_came
    """Reads a record once for all that it feeds; what it cannot read it gives back, for each
    mapping to reject. Pure."""
    checks: tuple[Check, ...] = ()
    cuts: tuple[int, ...] = ()
    """Counts at which the provider is known to cut the list off, without a word."""
    every: timedelta | None = None
    """How often what only `deletes` is read at most; None: with every sync."""

    def keyed(self, page: Page) -> list[tuple[Key, Native]]:
        """Read a page's records, each with its key; KeyError for one that has none."""
        return [(self.key(record), self.read(record)) for record in page.records]

    def in_pages_of(self, size: int) -> Resource:
        """The same list, asked for by so many records at once where it is sorted by change."""
        if not isinstance(self.paging, ModifiedSince):
            return self
        return replace(self, paging=replace(self.paging, page_size=size))

    def serves(self, data_types: Sequence[str]) -> bool:
        """Whether a sync of `data_types` reads it, but for its being looked up."""
        read = any(data_type in data_types for data_type in self.data_types)
        return read or bool(self.checks_of(data_types))

    def checks_of(self, data_types: Sequence[str]) -> tuple[Check, ...]:
        """List what a sync of `data_types` is held against."""
        return tuple(each for each in self.checks if set(each.data_types) <= set(data_types))

    @property
    def fed(self) -> tuple[str, ...]:
        """The data types whose records it gives."""
        return tuple(feed.data_type for feed in self.feeds)

    @property
    def data_types(self) -> tuple[str, ...]:
        """All data types that have not been read before this was."""
        return (*self.fed, *self.deletes)


@dataclass(frozen=True, slots=True)
class OlderMapping:
    """A mapping that the connector had before, for connections that have not left it yet.

    Its feeds, by resource, take the place of today's for the same data types; for what it does not
    name, today's mapping is still the same.
    """

    version: int
    feeds: Mapping[str, tuple[Feed, ...]]
    make_lookups: Callable[[Mapping[str, Sequence[Native]]], Lookups] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One GET below the API's base URL."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def by_id(path: str, headers: Mapping[str, str] | None = None) -> Callable[[str], Call]:
    """Make the call for a record, whose id takes the place of `{id}` in the path."""
    return lambda record_id: Call(path.replace("{id}", record_id), headers=headers or {})


def disconnected(provider: str, status: int, word: bytes) -> Fault:
    """Read a refusal of a status, with a word in its body, as the end of what was granted."""

    def fault(told: int, body: bytes) -> CausewayError | None:
        if told == status and word in body:
            return Reauthorise(f"{provider} no longer gives access to this organisation")
        return None

    return fault


def media_type_of(attachment: Attachment) -> str:
    """Say what an attachment is, in a form that a header may have, where the provider told it."""
    told = attachment.content_type or ""
    return told if _MEDIA_TYPE.fullmatch(told) else "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Documents:
    """What the provider is asked for only when a client wants it: attachments and PDFs.

    Record ids come percent-encoded, as one segment of a path.
    """

    attachments: Mapping[str, Callable[[str], Call]]
    """By data type: how the attachments of a record are listed."""
    parse: Callable[[bytes], Sequence[Attachment]]
    """Raises ValueError for a body that is no such list."""
    download: Callable[[Call, Attachment], Call]
    """How one of them is asked for, by the call that listed it."""
    pdfs: Mapping[str, Callable[[str], Call]]
    """By data type: how a record is asked for as a PDF."""
    scopes: frozenset[str] = frozenset()
    """What was granted when attachments may be read: any one of these; none are needed if empty."""


@dataclass(frozen=True, slots=True)
class DataSource:
    """All that a sync needs to know of a provider."""

    integration: Integration
    base_url: str
    resources: tuple[Resource, ...]
    mapping_version: int
    make_lookups: Callable[[Mapping[str, Sequence[Native]]], Lookups]
    """From the records of lookup resources, by resource name (absent ones were not needed)."""
    tenant_headers: Callable[[str], Mapping[str, str]]
    fault: Fault
    limits: Limits = field(default_factory=Limits)
    bounds: Bounds | None = None
    """How much of a sync is likely, where the platform's own bounds do not fit."""
    older: tuple[OlderMapping, ...] = ()
    """Mappings before `mapping_version` that may still be chosen."""

    def __post_init__(self) -> None:
        """Refuse what could delete a record that is there, write one that is gone, or never end."""
        for each in self.resources:
            if each.listed_whole and not lists_all(each.paging):
                raise ValueError(f"{each.name} is not listed whole by {type(each.paging).__name__}")
        if any(each.version >= self.mapping_version for each in self.older):
            raise ValueError(f"older mappings come before version {self.mapping_version}")
        _refuse_disorder(self.resources)
        _refuse_halves(self.resources)

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions of the mapping that there are, today's last."""
        return (*sorted(each.version for each in self.older), self.mapping_version)

    def mapped_by(self, version: int) -> DataSource:
        """The same source with the mapping of a version that there is."""
        if version == self.mapping_version:
            return self
        older = next(each for each in self.older if each.version == version)
        return replace(
            self,
            resources=tuple(_fed_by(each, older) for each in self.resources),
            mapping_version=version,
            make_lookups=older.make_lookups or self.make_lookups,
            older=(),
        )

    def swept(self) -> frozenset[str]:
        """The data types whose deletions show by a sweep of ids."""
        sweeps = [each for each in self.resources if each.listed_whole]
        return frozenset(data_type for each in sweeps for data_type in each.deletes)

    @property
    def platform(self) -> str:
        """The connector's name."""
        return self.integration.platform

    def resource(self, name: str) -> Resource:
        """Look a resource up by its name."""
        return next(each for each in self.resources if each.name == name)

    def looks_up(self, resource: Resource) -> bool:
        """Whether the mapping of another resource refers to its records."""
        return any(resource.name in each.lookups for each in self.resources)

    def needed_for(self, data_types: Sequence[str]) -> list[Resource]:
        """List the resources to read for `data_types`, lookups included, in reading order."""
        wanted = {each.name for each in self.resources if each.serves(data_types)}
        lookups = {name for name in wanted for name in self.resource(name).lookups}
        return [each for each in self.resources if each.name in wanted | lookups]


MakeSource = Callable[[], DataSource]
"""Makes a source, in whatever process: a function of a module, or a `partial` of one."""


def _refuse_disorder(resources: Sequence[Resource]) -> None:
    """A list comes after those that it looks in, and before those that tell what is gone of it."""
    told: set[str] = set()
    read: set[str] = set()
    for resource in resources:
        if later := {*resource.lookups} - read:
            raise ValueError(f"{resource.name} must come after {sorted(later)}: it looks in them")
        read.add(resource.name)
        if late := told & {*resource.fed}:
            raise ValueError(f"{resource.name} must come before what deletes {sorted(late)}")
        told |= {*resource.deletes}


def _refuse_halves(resources: Sequence[Resource]) -> None:
    """What a list that is listed whole does not show is gone, whatever other lists have shown."""
    for data_type in {each for resource in resources for each in resource.fed}:
        feeding = [each for each in resources if data_type in each.fed]
        if len({each.listed_whole for each in feeding}) > 1:
            names = ", ".join(each.name for each in feeding)
            raise ValueError(f"{data_type}: all of {names} must be listed whole, or none of them")


def _fed_by(resource: Resource, older: OlderMapping) -> Resource:
    before = {feed.data_type: feed for feed in older.feeds.get(resource.name, ())}
    feeds = tuple(before.get(feed.data_type, feed) for feed in resource.feeds)
    return replace(resource, feeds=feeds)
