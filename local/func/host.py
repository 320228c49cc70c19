"""How `func start` is told to serve the app."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from local.stack.children import ChildFailedError, Program
from local.stack.hosts import Served

# The first start ever downloads the extension bundle.
READY_SECONDS = 300
# Either is printed when the host serves, the second in any case.
READY = r"(?m)^Functions:|run func with --verbose"
# An idle task hub would be looked at every 30 seconds only.
STORAGE_PROVIDER = "AzureFunctionsJobHost__extensions__durableTask__storageProvider"
MISSING = (
    "There is no `func` on PATH. Get the Azure Functions Core Tools: "
    "npm install --global azure-functions-core-tools@4"
)


class FuncMissingError(ChildFailedError):
    """The Core Tools are not installed."""


def func_program() -> str:
    """Return the path of `func`; raises `FuncMissingError`."""
    found = shutil.which("func")
    if not found:
        raise FuncMissingError(MISSING)
    return found


def functions_host(served: Served) -> Program:
    """Start the app in Microsoft's host; its data is in the storage account of the settings.

    Raises `FuncMissingError`.
    """
    return Program(
        name="host",
        command=[func_program(), "start", "--port", str(served.port)],
        ready=READY,
        environment=_environment(served),
        folder=served.app,
        url=f"http://127.0.0.1:{served.port}",
        ready_seconds=READY_SECONDS,
    )


def _environment(served: Served) -> dict[str, str]:
    """Add what the host itself needs.

    A variable that is not empty wins over local.settings.json, which is left alone.
    """
    binaries = Path(sys.executable).parent
    return {
        **served.settings,
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsStorage": served.settings["CAUSEWAY_QUEUE_CONNECTION"],
        f"{STORAGE_PROVIDER}__maxQueuePollingInterval": "00:00:01",
        # The worker runs on the first python3 there is; ours has the packages.
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
    }
