"""A connector that keeps its promises fails no check, however unusual its provider is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from local.conformance import Simulator
from local.conformance.served import simulator_made
from local.conformance.world import open_world
from local.providers.kit.declared import Resource as Listed
from local.providers.kit.simulate import simulate
from shared_code.connector import Connector
from shared_code.spec import Page, Resource
from tests.support.kiosk import KIOSK, RESOURCES, Kiosk, connector, parse


def deep(listed: Listed) -> Listed:
    """Let the provider put a list's rows deep into a page."""
    rows = f"answer.{listed.envelope.rows}"
    return replace(listed, envelope=replace(listed.envelope, rows=rows))


def parse_deep(body: bytes) -> Page:
    page = json.loads(body)
    return parse(json.dumps({**page, **page["answer"]}).encode())


def read_deep(resource: Resource) -> Resource:
    return replace(resource, parse=parse_deep) if resource.listed_whole else resource


WHOLE = {each.path.removeprefix("/v1") for each in RESOURCES if each.listed_whole}
DEEP = tuple(deep(each) if each.path in WHOLE else each for each in KIOSK.resources)


class Untold(Kiosk):
    """Its simulator tells the truth of nothing."""

    simulator = staticmethod(simulator_made(simulate(replace(KIOSK, truth=lambda _: {}))))


class Nested(Kiosk):
    """Its provider puts the rows of its whole lists deep into a page."""

    simulator = staticmethod(simulator_made(simulate(replace(KIOSK, resources=DEEP))))

    def declare(self, simulator: Simulator) -> Connector:
        return connector(simulator, (*map(read_deep, RESOURCES),))


def test_what_no_truth_is_told_of_is_not_compared(tmp_path: Path) -> None:
    with open_world(Untold(), tmp_path) as world, pytest.raises(pytest.skip.Exception):
        Untold().test_ids_in_capitals_mean_the_same_records_or_others_and_never_both(world)


def test_a_whole_list_is_emptied_wherever_its_rows_are(tmp_path: Path) -> None:
    with open_world(Nested(), tmp_path) as world:
        Nested().test_a_list_that_is_suddenly_empty_deletes_nothing(world)
