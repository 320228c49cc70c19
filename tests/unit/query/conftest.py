"""An engine with empty tables of the made-up resource."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, event

from shared_code.query.operands import teach_sqlite
from tests.unit.query.differential import METADATA


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    opened = create_engine("sqlite://")
    event.listen(opened, "connect", lambda connection, _: teach_sqlite(connection))
    METADATA.create_all(opened)
    yield opened
    opened.dispose()
