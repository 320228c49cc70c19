"""A plug-in of pytest that writes what the connectors were seen to do: `-p tools.certifying`."""

from __future__ import annotations

from typing import Any

import pytest

# Nothing of ours at the top: pytest has not prepared its own plug-ins when it loads this one.

_seen: Any = {}
_passed_over: dict[str, str] = {}


def pytest_configure(config: pytest.Config) -> None:
    """Ask the worlds of the checks to tell what they saw."""
    from local.conformance.certificate import SEEN  # noqa: PLC0415 - see above

    config.stash[SEEN] = _seen


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what does not apply, and why."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _passed_over[report.nodeid] = report.longrepr[2].removeprefix("Skipped: ")


def pytest_sessionfinish(exitstatus: int) -> None:
    """Write the findings, if every check has passed."""
    from tools.capabilities import keep  # noqa: PLC0415 - see above

    if exitstatus == pytest.ExitCode.OK:
        keep(_seen, _passed_over)
