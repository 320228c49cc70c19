"""Mapping is pure: replaying kept pages gives what the first run gave."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import shared_code.mapping
from functions.xero import mapping

FOLDER = Path(mapping.__file__).parent
# What connectors share, but for what applies it to pages.
PARTS = set(Path(shared_code.mapping.__file__).parent.glob("*.py")) - {
    Path(shared_code.mapping.__file__).with_name(name) for name in ("page.py", "collecting.py")
}
MODULES = sorted([*FOLDER.glob("*.py"), *(FOLDER.parent / "native").glob("*.py"), *PARTS])

# Of the fetching it takes what turns bytes into exact values, and nothing that asks.
PURE = (
    "shared_code.model",
    "shared_code.errors",
    "shared_code.fetch.decoding",
    "shared_code.figures",
    *(f"shared_code.mapping.{each.stem}." for each in PARTS),
)
ALLOWED = {
    "__future__",
    "calendar",
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functions",
    "functools",
    "json",
    "pydantic",
    "re",
    "shared_code",
    "typing",
}
READS_THE_CLOCK = {"now", "utcnow", "today", "fromtimestamp"}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_mapping_reaches_for_no_clock_no_network_and_no_storage(path: Path) -> None:
    tree = ast.parse(path.read_text())
    names = list(imported(tree))
    assert {name.partition(".")[0] for name in names} <= ALLOWED
    ours = {name for name in names if name.startswith("shared_code")}
    assert all(f"{name}.".startswith(PURE) for name in ours)
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & READS_THE_CLOCK
