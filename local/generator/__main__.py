"""Run the command line, or say what it needs."""

from __future__ import annotations

import importlib
import sys

NEEDS = "The generator needs hypothesis: python -m pip install -r requirements-dev.txt"


def main() -> None:
    """Take the arguments of the process."""
    try:
        importlib.import_module("hypothesis")
    except ModuleNotFoundError:
        sys.exit(NEEDS)
    cli = importlib.import_module("local.generator.cli")
    importlib.import_module("typer").run(cli.main)


main()
