"""A new connector works as it is written: its own tests, and the guide that leads through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.planted import blocks, copied, linked, python, run
from tools.scaffold.generate import ROOT, Wanted

GUIDE = ROOT / "docs" / "guide" / "new-connector.md"
NAMES = {"banking": "river_bank", "commerce": "corner_shop_online"}
"""Of the kinds that the guide does not begin with."""
QUICK = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
UNIT = "tests/unit/acme"


def test_its_tests_and_the_guides_snippets_pass(tmp_path: Path) -> None:
    tree = linked(tmp_path / "tree", Wanted.of("acme", "accounting"))
    snippets = [each.text for each in blocks(GUIDE) if each.language == "python"]
    # In one interpreter, since most of the time is spent on imports.
    tests = f"import pytest\nassert pytest.main({[*QUICK, '--noconftest', UNIT]}) == 0"
    assert "passed" in python(tree, "-c", "\n".join([tests, *snippets]))


@pytest.mark.long
def test_every_block_of_the_guide_runs(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    for block in blocks(GUIDE):
        if block.language == "python":
            python(tree, "-c", block.text)
        else:
            run(tree, "bash", "-ec", block.text)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "name"), NAMES.items())
def test_it_is_held_to_the_houses_rules_links_syncs_and_serves(
    tmp_path: Path, kind: str, name: str
) -> None:
    tree = copied(tmp_path / "tree")
    python(tree, "-m", "tools.scaffold", name, kind)
    written = [f"functions/{name}", f"local/providers/{name}", f"tests/unit/{name}"]
    python(tree, "-m", "ruff", "check")
    python(tree, "-m", "ruff", "format", "--check")
    python(tree, "-m", "codespell_lib")
    python(tree, "-m", "mypy", *written, f"tests/conformance/test_{name}.py")
    run(tree, str(tree / ".venv" / "bin" / "lint-imports"))
    python(tree, "-m", "tools.measure")
    own = (f"tests/unit/{name}", f"tests/conformance/test_{name}.py", f"tests/e2e/test_{name}.py")
    assert "passed" in python(
        tree, "-m", "pytest", *QUICK, "-m", "", *own, "tests/unit/tools", "tests/unit/stack"
    )
