"""The rig on either store, where the store matters to few of a module's tests.

Most run on SQLite, and on PostgreSQL too behind `make test-long`; those marked `on_both` always run
on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer
from tests.support.shop import Rig, open_rig

on_both = pytest.mark.parametrize("rig", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """One linked company with a made-up provider."""
    server: PostgresServer | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
    with open_rig(tmp_path, server) as opened:
        yield opened
