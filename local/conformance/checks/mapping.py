"""Checks: mapping is pure, and total over whatever a provider may send."""

from __future__ import annotations

import copy
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from local.conformance.mutating import spoilt
from local.conformance.world import World
from shared_code.errors import Reject
from shared_code.fetch.paging import Key
from shared_code.mapping.page import Mapped, map_page
from shared_code.model import DATA_TYPES, DataType, decode, encode
from shared_code.spec import Feed, Lookups, Native, Resource
from shared_code.store.records import record_in
from shared_code.sync.apart import Apart
from shared_code.sync.pagework import InPlace, Job

FEW, MANY = 40, 1_500
"""Spoilt pages of each list."""

CUTS, ALL_CUTS = 60, 100_000
"""Places at which a page is cut."""


def lookups_of(world: World, resource: Resource) -> Lookups:
    """Make the lookups that the settled company's first sync had."""
    source = world.connector.source
    found: Mapping[str, Sequence[Native]] = {
        name: [
            record
            for body in world.settled.bodies(name)
            for record in source.resource(name).parse(body).records
        ]
        for name in resource.lookups
    }
    return source.make_lookups(found)


def job_of(world: World, resource: Resource) -> Job:
    """Describe the work on a list's pages as the settled company's syncs do."""
    version = world.connector.source.mapping_version
    lookups = {name: world.settled.bodies(name) for name in resource.lookups}
    return Job(resource.name, dict.fromkeys(resource.fed, version), (), lookups, "of the world")


def read(resource: Resource, body: bytes) -> list[tuple[Key, Native]]:
    """Read a page as a sync does; ValueError where it cannot be read."""
    page = resource.parse(body)
    try:
        return resource.keyed(page)
    except KeyError as missing:
        raise ValueError(f"a record without {missing}") from None


def documents(mapped: Mapped) -> dict[str, bytes]:
    """The records of a mapped page as they are stored."""
    return {name: encode(record) for name, record in mapped.records}


def keep(feed: Feed, mapped: Mapped) -> None:
    """Prepare records for the store, which may reject them, and hold them against their model."""
    model = DATA_TYPES[DataType(feed.data_type)].model
    for _, record in mapped.records:
        try:
            document = record_in(record).doc
        except Reject:
            continue
        assert encode(model.model_validate(decode(document))) == document.encode()


UNREADABLE: Mapping[str, bytes] = {
    "no number": b'"odd":NaN,',
    "no end": b'"odd":-Infinity,',
    "a number beyond all bounds": b'"odd":1e400,',
    "a name twice": b'"odd":1,"odd":2,',
    "a nest": b'"odd":' + 10_000 * b"[" + 10_000 * b"]" + b",",
    "no UTF-8": b'"odd":"\xff",',
}
"""What an object of a page may begin with so that nobody can say for sure what the page means."""


class MappingRecords:
    """From the provider's pages to unified records."""

    def test_mapping_is_pure(self, world: World) -> None:
        for resource in world.connector.source.resources:
            lookups = lookups_of(world, resource)
            for body in world.settled.bodies(resource.name):
                for feed in resource.feeds:
                    self._maps_purely(feed, read(resource, body), lookups)

    def _maps_purely(self, feed: Feed, records: list[tuple[Key, Native]], lookups: Lookups) -> None:
        before = copy.deepcopy((records, lookups))
        forwards = map_page(feed, records, lookups)
        backwards = map_page(feed, reversed(records), lookups)
        assert documents(forwards) == documents(backwards)
        assert (records, lookups) == before, f"mapping {feed.data_type} changes what it is given"

    def test_the_records_are_what_the_kept_pages_map_to(self, world: World) -> None:
        for resource in world.connector.source.resources:
            lookups = lookups_of(world, resource)
            for feed in resource.feeds:
                stored = world.settled.records(feed.data_type)
                for body in world.settled.bodies(resource.name):
                    mapped = documents(map_page(feed, read(resource, body), lookups))
                    for name, document in mapped.items():
                        source_id = name if name in stored else "single"
                        assert encode(stored[source_id]) == document

    def test_a_page_comes_to_the_same_in_a_process_of_its_own(self, world: World) -> None:
        here, make = InPlace(world.connector.source), world.connector.make_source
        if make is None:
            pytest.skip("nothing is mapped in a process of its own")
        with closing(Apart(make)) as apart:
            apart.greet()
            for resource in world.connector.source.resources:
                here.open(job := job_of(world, resource))
                apart.open(job)
                for body in world.settled.bodies(resource.name)[:1]:
                    assert apart.list(body) == here.list(body)
                    assert apart.map()() == here.map()()

    def test_a_spoilt_page_gives_records_or_reasons_and_nothing_else(self, world: World) -> None:
        self._is_total(world, FEW)

    @pytest.mark.long
    def test_many_spoilt_pages_give_records_or_reasons(self, world: World) -> None:
        self._is_total(world, MANY)

    def _is_total(self, world: World, examples: int) -> None:
        for resource in world.connector.source.resources:
            bodies = world.settled.bodies(resource.name)
            if bodies:
                self._survives(resource, bodies, lookups_of(world, resource), examples)

    def _survives(
        self, resource: Resource, bodies: Sequence[bytes], lookups: Lookups, examples: int
    ) -> None:
        @settings(
            max_examples=examples,
            derandomize=examples == FEW,
            database=None,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        )
        @given(spoilt(bodies[:1]))
        def survives(body: bytes) -> None:
            try:
                records = read(resource, body)
            except ValueError:
                return
            for feed in resource.feeds:
                keep(feed, map_page(feed, records, lookups))

        survives()

    def test_lookups_of_spoilt_pages_can_be_made(self, world: World) -> None:
        source = world.connector.source
        for name in {name for each in source.resources for name in each.lookups}:
            resource = source.resource(name)
            bodies = world.settled.bodies(name)
            if bodies:
                self._can_be_looked_up(world, resource, bodies)

    def _can_be_looked_up(self, world: World, resource: Resource, bodies: Sequence[bytes]) -> None:
        @settings(max_examples=FEW, derandomize=True, database=None, deadline=None)
        @given(spoilt(bodies[:1]))
        def makes(body: bytes) -> None:
            try:
                records = [native for _, native in read(resource, body)]
            except ValueError:
                return
            world.connector.source.make_lookups({resource.name: records})

        makes()

    def test_a_page_that_was_cut_gives_no_record(self, world: World) -> None:
        self._cut(world, CUTS)

    @pytest.mark.long
    def test_a_page_that_was_cut_anywhere_gives_no_record(self, world: World) -> None:
        self._cut(world, ALL_CUTS)

    def _cut(self, world: World, most: int) -> None:
        for resource in world.connector.source.resources:
            for body in world.settled.bodies(resource.name)[:1]:
                whole = body.rstrip()
                for end in range(0, len(whole), max(1, len(whole) // most)):
                    with pytest.raises(ValueError):  # noqa: PT011 - any will do
                        read(resource, whole[:end])

    @pytest.mark.parametrize("odd", UNREADABLE)
    def test_a_page_that_can_be_read_in_two_ways_is_refused(self, world: World, odd: str) -> None:
        for resource in world.connector.source.resources:
            for body in world.settled.bodies(resource.name)[:1]:
                with pytest.raises(ValueError):  # noqa: PT011 - any will do
                    read(resource, body.replace(b"{", b"{" + UNREADABLE[odd], 1))

    def test_a_page_is_one_whole_of_bytes_whatever_mark_it_begins_with(self, world: World) -> None:
        for resource in world.connector.source.resources:
            for body in world.settled.bodies(resource.name)[:1]:
                assert read(resource, BOM_UTF8 + body) == read(resource, body)
                with pytest.raises(ValueError):  # noqa: PT011 - any will do
                    read(resource, body + b"{}")

    def test_a_page_of_something_else_is_refused(self, world: World) -> None:
        others: list[Any] = [b"", b"null", b"[]", b"{}", b"1", b'"text"', b"<html></html>", b"\xff"]
        for resource in world.connector.source.resources:
            for body in others:
                try:
                    records = read(resource, body)
                except ValueError:
                    continue
                assert not records
