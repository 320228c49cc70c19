"""What the house's numbers count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.measure import Figure, figures, read

MODULE = '''
"""A module."""


def public(one: int, *, two: int) -> int:
    """Add."""
    return one + two


class Thing:
    def method(self, a: int, b: int, c: int) -> None: ...

    def _inner(self) -> None:
        pass
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "shared_code").mkdir()
    (tmp_path / "shared_code" / "one.py").write_text(MODULE)
    (tmp_path / "shared_code" / "two.py").write_text("def short() -> None: ...\n")
    (tmp_path / "shared_code" / "__init__.py").write_text("")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text("x = 1\n\n\ny = 2\n")
    return tmp_path


def test_blank_lines_and_empty_modules_do_not_count(tree: Path) -> None:
    lines = {module.path.name: module.lines for module in read(tree, ["shared_code"])}
    assert lines == {"one.py": 8, "two.py": 1}


def test_a_function_counts_from_its_first_line_to_its_last_without_self(tree: Path) -> None:
    one, _ = read(tree, ["shared_code"])
    assert sorted(one.functions) == [(1, 3), (2, 0), (3, 2)]


def test_only_what_carries_no_underscore_must_be_explained(tree: Path) -> None:
    one, _ = read(tree, ["shared_code"])
    assert (one.public, one.documented) == (3, 1)


def test_a_single_file_can_be_measured(tree: Path) -> None:
    assert len(read(tree, ["shared_code/one.py"])) == 1


def test_the_figures_hold_tests_to_the_source(tree: Path) -> None:
    found = figures(read(tree, ["shared_code"]), read(tree, ["tests"]))
    ratio = next(figure for figure in found if "tests" in figure.name)
    assert ratio.value == pytest.approx(2 / 9, abs=0.01)
    assert not ratio.good
    assert "beyond the bar" in str(ratio)


def test_a_figure_on_its_bar_is_good() -> None:
    assert Figure("at most", 35, 35).good
    assert Figure("at least", 1.0, 1.0, at_most=False).good
    assert not Figure("too much", 36, 35).good
