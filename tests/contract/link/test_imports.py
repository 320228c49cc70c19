"""What answers browsers and timers starts without the API's web framework."""

from __future__ import annotations

import pytest

from tests.support.interpreter import printed_by


@pytest.mark.parametrize("service", ["xero", "engine", "link"])
def test_a_service_without_an_api_loads_no_web_framework(service: str) -> None:
    program = f"import sys, functions.{service}; print(*sorted(sys.modules))"
    loaded = printed_by(program).split()
    assert f"functions.{service}" in loaded
    assert {"fastapi", "starlette"}.isdisjoint(loaded)
