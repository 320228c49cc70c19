"""A connection that waits to be linked, on both stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clock import ManualClock
from tests.support.granting import Rig, open_rig
from tests.support.postgres import PostgresServer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def rig(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Rig]:
    url = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
    with open_rig(tmp_path, clock, store_url=url) as opened:
        yield opened
