"""What is pinned, and to which distribution a module belongs."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions
from pathlib import Path

_OWNERS = packages_distributions()
# Of what is not installed on every machine, where it does not go by its module's name.
_ELSEWHERE = {"pysqlite3": "pysqlite3-binary"}


def normal(name: str) -> str:
    """Write a distribution's name as requirements files do."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: Path) -> dict[str, str]:
    """Read a requirements file: versions by distribution."""
    pins = (re.split(r"[;#]", line)[0].strip() for line in file.read_text().splitlines())
    return dict(pin.split("==") for pin in pins)


def owners(module: str) -> set[str]:
    """Return the distributions that a dotted module may come from.

    `azure` belongs to many: there it is the one whose name the module's begins with, but for one.
    What is not installed is thought to be of its own name, but for `_ELSEWHERE`.
    """
    if module.startswith("azure.durable_functions"):
        return {"azure-functions-durable"}
    top = module.partition(".")[0]
    found = {normal(owner) for owner in _OWNERS.get(top, [_ELSEWHERE.get(top, top)])}
    if len(found) > 1:
        return {owner for owner in found if normal(module).startswith(owner)}
    return found


def unpinned_modules(file: Path) -> set[str]:
    """Return the installed top-level modules that no line of a requirements file brings."""
    pins = pinned(file).keys()
    return {
        module for module, found in _OWNERS.items() if not {normal(owner) for owner in found} & pins
    }
