"""An engine with empty tables of the made-up resource."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, event

from shared_code.query.operands import teach_sqlite
from tests.support.postgres import PostgresServer
from tests.unit.query.differential import METADATA


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = _sqlite() if request.param == "sqlite" else _postgresql(request)
    METADATA.create_all(opened)
    yield opened
    opened.dispose()


def _sqlite() -> Engine:
    opened = create_engine("sqlite://")
    event.listen(opened, "connect", lambda connection, _: teach_sqlite(connection))
    return opened


def _postgresql(request: pytest.FixtureRequest) -> Engine:
    server: PostgresServer = request.getfixturevalue("postgres")
    return create_engine(server.new_database())
