"""Session fixtures for the services that take a second to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.azurite import AzuriteServer, azurite_server
from tests.support.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server for all tests; take a `new_database()` each."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def azurite() -> Iterator[AzuriteServer]:
    """One Azurite for all tests; take a container or queue of your own each."""
    with azurite_server() as server:
        yield server
