"""One workshop for all tests that leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.hosting import Host, workshop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A running host that serves the workshop app."""
    with workshop(tmp_path_factory.mktemp("workshop"), PASSED_THROUGH="yes") as host:
        yield host
