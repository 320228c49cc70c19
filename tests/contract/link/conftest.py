"""A connection that waits to be linked; on PostgreSQL too behind `make test-long`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clock import ManualClock
from tests.support.granting import Rig, open_rig
from tests.support.stores import place_of


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def rig(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Rig]:
    place = place_of(request.param, request, tmp_path)
    with open_rig(tmp_path, clock, place=place) as opened:
        yield opened
