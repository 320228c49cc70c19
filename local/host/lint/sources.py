"""The Python files of a function app, parsed and never imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SCRIPT = "function_app.py"


class LintError(Exception):
    """The app cannot be read; the text is for its developer."""


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One file, by the name it is imported under; relative imports start from `package`."""

    name: str
    package: str
    path: Path
    source: bytes
    tree: ast.Module


def read_app(folder: Path) -> dict[str, Module]:
    """Parse every Python file of the app in `folder`, by module name.

    Raises:
        LintError: the folder holds no app, or a file of it is no Python.
    """
    if not (folder / SCRIPT).is_file():
        raise LintError(f"{folder} is no function app: it holds no {SCRIPT}.")
    modules = (_module(folder, file) for file in _files(folder))
    return {module.name: module for module in modules}


def _files(folder: Path) -> Iterator[Path]:
    for child in sorted(folder.iterdir()):
        if child.is_dir():
            if not _is_foreign(child):
                yield from _files(child)
        elif child.suffix == ".py":
            yield child


def _is_foreign(folder: Path) -> bool:
    """Tell an installed package's folder, or another app's."""
    return (
        folder.name.startswith(".")
        or folder.name in {"__pycache__", "node_modules"}
        or folder.is_symlink()
        or (folder / "pyvenv.cfg").exists()
        or (folder / SCRIPT).exists()
    )


def _module(root: Path, file: Path) -> Module:
    source = file.read_bytes()
    try:
        tree = ast.parse(source, filename=str(file))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        what = getattr(error, "msg", None) or str(error)
        raise LintError(f"{file}:{line}: this cannot be read as Python: {what}.") from error
    parts = file.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    package = parts[:-1]
    return Module(".".join(package if is_package else parts), ".".join(package), file, source, tree)
