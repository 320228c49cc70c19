"""What answers browsers and timers starts without the API's web framework."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tools.package import ROOT


@pytest.mark.parametrize("service", ["xero", "engine", "link"])
def test_a_service_without_an_api_loads_no_web_framework(service: str) -> None:
    program = f"import sys, functions.{service}; print(*sorted(sys.modules))"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"functions.{service}" in loaded
    assert {"fastapi", "starlette"}.isdisjoint(loaded)
