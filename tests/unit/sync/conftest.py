"""One linked company with a made-up provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shop import Rig, open_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path) as opened:
        yield opened
