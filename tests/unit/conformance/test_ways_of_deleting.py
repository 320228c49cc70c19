"""Each way in which deletions show is seen by the checks, and missed where it is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.conformance import Simulator
from local.conformance.observing import capabilities
from local.conformance.world import World, open_world
from shared_code.connector import Connector
from tests.support.kiosk import RESOURCES, Kiosk, connector

SHOWN = {
    "items": "absence",
    "customers": "feed",
    "suppliers": "feed",
    "taxRates": "record",
    "paymentMethods": "sweep",
    "trackingCategories": "feed",
    "journals": "page",
}
"""Tombstones, a second query and captured changes all are feeds beside the list itself."""

BESIDE = tuple(each.name for each in RESOURCES if each.deletes)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(Kiosk(), tmp_path_factory.mktemp("kiosk")) as world:
        yield world


def test_each_way_of_deleting_is_seen_at_work(world: World) -> None:
    Kiosk().test_what_is_deleted_shows_as_deleted_and_nothing_else_vanishes(world)
    Kiosk().test_every_way_of_deleting_that_is_declared_was_seen_at_work(world)
    assert {each.data_type: each.deletions for each in capabilities(world)} == SHOWN


def test_an_empty_page_in_the_middle_ends_no_list_that_says_where_it_goes_on(world: World) -> None:
    Kiosk().test_an_empty_page_with_more_to_come_is_not_the_end(world)


def test_a_next_link_to_another_host_ends_the_list_by_name(world: World) -> None:
    Kiosk().test_a_next_link_to_another_host_is_not_followed(world)


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=pytest.mark.long if each != "bills-gone" else ()) for each in BESIDE],
)
def test_a_connector_that_does_not_listen_to_one_of_them_is_found(
    name: str, tmp_path: Path
) -> None:
    class Deaf(Kiosk):
        def declare(self, simulator: Simulator) -> Connector:
            return connector(simulator, tuple(each for each in RESOURCES if each.name != name))

    with open_world(Deaf(), tmp_path) as deaf, pytest.raises(AssertionError):
        Deaf().test_what_is_deleted_shows_as_deleted_and_nothing_else_vanishes(deaf)
