"""One filled world for all SDKs, and each SDK's reader, started when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from shared_code.model import DataType
from tests.contract.sdk.reading import Reader
from tests.contract.sdk.world import World, opened
from tests.support.sdks import Package, running_sdk

Lost: TypeAlias = Mapping[DataType, frozenset[str]]
Open: TypeAlias = Callable[[Package, Lost], Reader]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="session")
def open_reader(world: World) -> Iterator[Open]:
    """Start the reader of an SDK, or skip where it cannot be installed."""
    with ExitStack() as stack:

        def start(package: Package, lost: Lost) -> Reader:
            if package.missing:
                pytest.skip(package.missing)
            sdk = stack.enter_context(running_sdk(package, world.url, world.authorization))
            return Reader(sdk, world, sdk.operations(), lost)

        yield start
