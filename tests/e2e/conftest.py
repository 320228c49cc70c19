"""Which host the end-to-end tests run on."""

from __future__ import annotations

from typing import Any

import pytest

from local.func.host import FuncMissingError, func_program, functions_host
from local.stack.hosts import strict


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On Microsoft's host, leave out what starts no stack on it."""
    if config.getoption("host_program") == "func":
        left_out = [item for item in items if not _starts_a_stack(item)]
        items[:] = filter(_starts_a_stack, items)
        config.hook.pytest_deselected(items=left_out)


def _starts_a_stack(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "host_options" in item.fixturenames


@pytest.fixture(scope="session")
def host_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Options of a stack on the host that was asked for; Microsoft's needs a storage account.

    Ours replays orchestrations at every event.
    """
    if request.config.getoption("host_program") == "embedded":
        return {"host": strict}
    try:
        func_program()
    except FuncMissingError as error:
        pytest.skip(str(error))
    azurite = request.getfixturevalue("azurite")
    return {"host": functions_host, "storage": azurite.connection_string}
