"""Measure functions, modules and tests, and fail where they pass the house's bar."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ("function_app.py", "functions", "shared_code", "local", "tools")
TESTS = ("tests",)

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """What counts of one file; `functions` holds (lines, parameters) of each."""

    path: Path
    lines: int
    functions: Sequence[tuple[int, int]]
    public: int
    documented: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One number beside its bar; `at_most` tells on which side of it is good."""

    name: str
    value: float
    bar: float
    at_most: bool = True

    @property
    def good(self) -> bool:
        """Whether the bar is kept."""
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    def __str__(self) -> str:
        sign = "at most" if self.at_most else "at least"
        mark = "" if self.good else "  <- beyond the bar"
        return f"{self.name:<38}{self.value:>7g}   {sign} {self.bar:g}{mark}"


def read(root: Path, places: Iterable[str]) -> list[Module]:
    """Measure all Python files at or below `places`; empty ones do not count."""
    found = [file for place in places for file in sorted(_files(root / place))]
    return [module for file in found if (module := _measure(file)).lines]


def figures(source: Sequence[Module], tests: Sequence[Module]) -> list[Figure]:
    """Hold the measured to the house's numbers."""
    lengths = [lines for module in source for lines, _ in module.functions]
    parameters = [count for module in source for _, count in module.functions]
    shared = [module for module in source if "shared_code" in module.path.parts]
    return [
        Figure("lines of a function, median", statistics.median(lengths), 10),
        Figure("lines of a function, nine in ten", _p90(lengths), 35),
        Figure("lines of a module, nine in ten", _p90([m.lines for m in source]), 400),
        Figure("parameters of a function, nine in ten", _p90(parameters), 4),
        Figure("public names of shared_code explained, %", _documented(shared), 95, at_most=False),
        Figure("lines of tests per line of source", _ratio(tests, source), 0.5, at_most=False),
    ]


def main() -> int:
    """Print the figures; the exit code is 1 where one is beyond its bar."""
    found = figures(read(ROOT, SOURCE), read(ROOT, TESTS))
    print(*found, sep="\n")
    return 0 if all(figure.good for figure in found) else 1


def _files(place: Path) -> Iterator[Path]:
    return iter([place]) if place.is_file() else place.rglob("*.py")


def _measure(file: Path) -> Module:
    text = file.read_text()
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, Definition)]
    public = list(_public(tree))
    return Module(
        path=file,
        lines=sum(bool(line.strip()) for line in text.splitlines()),
        functions=[(_length(node), _parameters(node)) for node in functions],
        public=len(public),
        documented=sum(ast.get_docstring(node) is not None for node in public),
    )


def _public(node: ast.Module | ast.ClassDef) -> Iterator[Definition | ast.ClassDef]:
    """Yield the functions and classes that carry no underscore, those of classes too."""
    for child in node.body:
        if isinstance(child, Definition | ast.ClassDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from _public(child)


def _length(node: Definition) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _parameters(node: Definition) -> int:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([argument for argument in given if argument.arg not in {"self", "cls"}])


def _p90(values: Sequence[int]) -> float:
    return statistics.quantiles(values, n=10, method="inclusive")[-1]


def _documented(modules: Sequence[Module]) -> float:
    return round(100 * sum(m.documented for m in modules) / sum(m.public for m in modules), 1)


def _ratio(tests: Sequence[Module], source: Sequence[Module]) -> float:
    return round(sum(m.lines for m in tests) / sum(m.lines for m in source), 2)


if __name__ == "__main__":
    sys.exit(main())
