"""Fixtures that every test may ask for, and the choice of the host."""

from __future__ import annotations

import gc
import os
import signal

import pytest

from local.func.host import FuncMissingError, func_program
from tests.support.fixtures import azurite, postgres

__all__ = ["azurite", "postgres"]

# Tests talk to this machine alone, so they and the processes they start trust no authority. What
# speaks TLS here names its own; and reading a list of all the world's takes 20 ms a client.
os.environ |= {"SSL_CERT_FILE": "", "SSL_CERT_DIR": os.devnull}

# A shell has what it starts in the background ignore Ctrl-C, and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--host-program",
        choices=("embedded", "func"),
        default="embedded",
        help="Which host serves the stacks of tests/e2e: our own, or `func start`.",
    )


def pytest_collection_finish() -> None:
    """Spare the collector what lives to the end anyway: modules, models, and the tests."""
    gc.collect()
    gc.freeze()


def pytest_report_header(config: pytest.Config) -> list[str]:
    if config.getoption("host_program") != "func":
        return []
    try:
        return [f"The stacks run on {func_program()}."]
    except FuncMissingError as error:
        return [f"All is skipped. {error}"]
