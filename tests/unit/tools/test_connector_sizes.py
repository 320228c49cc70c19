"""What a connector may cost its author, in lines; the provider's shapes (`native`) do not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.scaffold.generate import KINDS, Wanted, write

ROOT = Path(__file__).resolve().parents[3]
WITH_EVERYTHING, SIMPLE = 900, 300


def lines(folder: Path) -> int:
    """Count the lines of a connector, blank ones and comments too, but for its shapes."""
    modules = [each for each in folder.rglob("*.py") if not is_native(each.relative_to(folder))]
    assert modules
    return sum(len(each.read_text().splitlines()) for each in modules)


def is_native(path: Path) -> bool:
    return path.parts[0] in {"native", "native.py"}


def test_xero_with_all_that_it_gives_is_small() -> None:
    assert lines(ROOT / "functions" / "xero") < WITH_EVERYTHING


@pytest.mark.parametrize("kind", KINDS)
def test_a_simple_provider_is_tiny(kind: str, tmp_path: Path) -> None:
    write(Wanted.of("acme", kind), tmp_path)
    assert lines(tmp_path / "functions" / "acme") < SIMPLE
