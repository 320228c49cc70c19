"""One linked company with a made-up provider, on both stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shop import Rig, open_rig
from tests.support.stores import KINDS, place_of


@pytest.fixture(params=KINDS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path, place_of(request.param, request, tmp_path)) as opened:
        yield opened
