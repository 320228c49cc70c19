"""Both stores, each with all its tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_code.store.database import Database
from tests.support.stores import KINDS, new_store, place_of


@pytest.fixture(scope="session", params=KINDS)
def db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("store")
    opened = new_store(place_of(request.param, request, folder))
    yield opened
    opened.close()
