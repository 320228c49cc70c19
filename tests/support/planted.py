"""A tree of this repository with a new connector in it, in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.scaffold.generate import ROOT, Wanted, write

_LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", ".local", "dist", "__pycache__", ".*_cache", ".hypothesis", "*.pyc")
)
_FENCED = re.compile(r"^```(?P<language>sh|python)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def linked(root: Path, wanted: Wanted) -> Path:
    """Write a connector into `root`, and link all else to this repository: quick, not to change."""
    write(wanted, root)
    _link(ROOT, root)
    return root


def copied(root: Path) -> Path:
    """Copy the repository, with this environment as its `.venv`; commands may change it."""
    shutil.copytree(ROOT, root, ignore=_LEFT_OUT)
    (root / ".venv").symlink_to(sys.prefix)
    for file in root.glob("requirements*.txt"):
        # Older than what is installed, so that `make` has nothing to install.
        os.utime(file, (0, 0))
    return root


def _link(original: Path, copy: Path) -> None:
    for entry in original.iterdir():
        place = copy / entry.name
        if place.is_dir():
            _link(entry, place)
        elif not place.exists() and not entry.name.startswith("."):
            place.symlink_to(entry)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of shell commands and Python of a page, in their order."""
    for match in _FENCED.finditer(page.read_text()):
        yield Block(match["language"], match["text"])


def run(root: Path, *command: str) -> str:
    """Run a command in a tree, and return what it printed; fails with that if it fails."""
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    environment |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


def python(root: Path, *arguments: str) -> str:
    """Run Python in a tree."""
    return run(root, sys.executable, *arguments)
