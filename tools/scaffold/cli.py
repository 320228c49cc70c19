"""The command line: `python -m tools.scaffold acme accounting`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.scaffold.generate import KINDS, ROOT, ScaffoldError, Wanted, remove, write

_NEXT = """
Next: `make up`, create a company, and link it to {title} (platform key {key}).
What it reads is in functions/{name}/spec.py. The whole way is in docs/guide/new-connector.md.
"""


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write a connector, bring it into shape, and say what comes next."""
    parser = argparse.ArgumentParser(description="Write a new connector to begin with.")
    parser.add_argument("name", help="Of its folder, such as quickbooks_online.")
    parser.add_argument("kind", help=f"One of {', '.join(KINDS)}.")
    parser.add_argument("--title", default="", help="What people read; the name by default.")
    asked = parser.parse_args(arguments)
    try:
        wanted = Wanted.of(asked.name, asked.kind, asked.title)
        files = write(wanted, root)
    except ScaffoldError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        _shape(files, root)
    except subprocess.CalledProcessError as failure:
        remove(files, root)
        print(f"Nothing was written: {' '.join(failure.cmd[2:4])} failed.", file=sys.stderr)
        return 1
    print(*(f"Wrote {file.relative_to(root)}" for file in files), sep="\n")
    print(_NEXT.format(title=wanted.title, name=wanted.name, key=wanted.words()["@KEY@"]))
    return 0


def _shape(files: Sequence[Path], root: Path) -> None:
    """Sort imports and break lines as the name wants it; write the settings' pages anew."""
    python = [str(file) for file in files if file.suffix == ".py"]
    for command in (
        ["ruff", "check", "--quiet", "--fix-only", *python],
        ["ruff", "format", "--quiet", *python],
        ["tools.settings_example"],
    ):
        subprocess.run([sys.executable, "-m", *command], cwd=root, check=True)
