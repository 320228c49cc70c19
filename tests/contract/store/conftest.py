"""Both stores, each with all its tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_code.store.database import Database
from tests.support.postgres import PostgresServer
from tests.support.records import new_store


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("store")
    url = f"sqlite:///{folder / 'causeway.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
    opened = new_store(url)
    yield opened
    opened.close()
