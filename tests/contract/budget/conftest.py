"""Both stores, empty of budgets before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from shared_code.store.database import Database, open_database
from shared_code.store.schema import budget_turns, budgets
from tests.support.clock import ManualClock
from tests.support.stores import KINDS, new_store_url, place_of


@pytest.fixture(scope="session", params=KINDS)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, str]]:
    """A store and its URL."""
    folder: Path = tmp_path_factory.mktemp("budgets")
    url = new_store_url(place_of(request.param, request, folder))
    opened = open_database(url)
    yield opened, url
    opened.close()


@pytest.fixture
def db(store: tuple[Database, str]) -> Database:
    with store[0].write() as tx:
        tx.execute(delete(budgets))
        tx.execute(delete(budget_turns))
    return store[0]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
