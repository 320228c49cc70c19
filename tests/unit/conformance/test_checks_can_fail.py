"""Mistakes planted in a connector: each is found by the check that is meant for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local.conformance import Conformance
from local.conformance.simulator import Simulator
from local.conformance.world import World, open_world
from shared_code.connector import Connector
from shared_code.spec import Page, Resource
from shared_code.sync import publish
from tests.conformance import test_xero as certified
from tests.support.kiosk import Kiosk
from tests.unit.conformance.mistakes import IN_THE_KIOSK, MISTAKES, SLOW, Mistake, on_lists


def is_found(base: type[Conformance], mistake: Mistake, folder: Path) -> None:
    change, check, given = mistake

    class Broken(base):  # type: ignore[misc, valid-type]
        records = 40

        def declare(self, simulator: Simulator) -> Connector:
            return change(super().declare(simulator))

    case = Broken()
    with open_world(case, folder) as world:
        held: Callable[[World, str], None] = getattr(case, check)
        with pytest.raises((*_FAILED, pytest.skip.Exception)) as found:
            held(world, *given)
    assert not isinstance(found.value, pytest.skip.Exception), "what is skipped finds nothing"


_FAILED = (AssertionError, AttributeError, pytest.fail.Exception)
"""A mapping that trusts a field raises its own error out of the check."""


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_by_the_check_meant_for_it(name: str, tmp_path: Path) -> None:
    is_found(certified.TestXero, MISTAKES[name], tmp_path)


@pytest.mark.parametrize("name", IN_THE_KIOSK)
def test_a_mistake_in_lists_of_other_kinds_is_found(name: str, tmp_path: Path) -> None:
    is_found(Kiosk, IN_THE_KIOSK[name], tmp_path)


def test_a_sync_that_publishes_a_mass_deletion_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "suspicious", lambda *_: [])
    check = "test_a_mass_deletion_waits_until_somebody_accepts_it"
    is_found(certified.TestXero, (lambda connector: connector, check, ()), tmp_path)


def is_never_empty(resource: Resource) -> Resource:
    """Read an empty page of one whole list as the one before it."""
    last: list[Page] = []

    def parse(body: bytes) -> Page:
        page = resource.parse(body)
        last[:] = [page] if page.records or not last else last
        return last[0]

    return replace(resource, parse=parse) if resource.name == "Organisation" else resource


def test_a_list_that_cannot_be_emptied_hides_no_other_that_deletes_when_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "suspicious", lambda *_: [])
    check = "test_a_list_that_is_suddenly_empty_deletes_nothing"
    is_found(certified.TestXero, (on_lists(is_never_empty), check, ()), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", SLOW)
def test_a_mistake_that_takes_longer_to_show_is_found(name: str, tmp_path: Path) -> None:
    is_found(certified.TestXero, SLOW[name], tmp_path)
