"""Stage one function app: the root files, `shared_code/` and a single folder of `functions/`."""

from __future__ import annotations

import argparse
import compileall
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).resolve().parents[1]
ROOT_FILES = (
    "function_app.py",
    "functions/__init__.py",
    "host.json",
    "requirements.txt",
    "LICENSE",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "README.md")


class UnknownServiceError(Exception):
    """`functions/` has no such folder."""


def services(root: Path = ROOT) -> list[str]:
    """Name the services: the folders of `functions/` with Python in them."""
    return sorted(folder.parent.name for folder in (root / "functions").glob("*/__init__.py"))


def stage(service: str, to: Path, *, root: Path = ROOT) -> Path:
    """Put the app that holds `service` alone into the folder `to`, in place of what was there.

    Its bytecode is compiled, so that the first start does not have to. Returns `to`; raises
    `UnknownServiceError`.
    """
    if service not in services(root):
        known = ", ".join(services(root))
        raise UnknownServiceError(f"There is no service {service!r}; there are {known}.")
    shutil.rmtree(to, ignore_errors=True)
    for name in (*ROOT_FILES, "shared_code", f"functions/{service}"):
        _copy(root / name, to / name)
    # By hash, not by time: unpacking a deployment changes the times of files.
    compileall.compile_dir(
        to, quiet=2, stripdir=to, invalidation_mode=PycInvalidationMode.CHECKED_HASH
    )
    return to


def main(arguments: Sequence[str] | None = None) -> int:
    """Stage the named services, or each one, below `dist/`."""
    parser = argparse.ArgumentParser(description="Stage function apps in dist/.")
    parser.add_argument(
        "service", nargs="*", help="A folder of functions/; all when none is named."
    )
    try:
        for service in parser.parse_args(arguments).service or services():
            print(f"Staged {stage(service, ROOT / 'dist' / service).relative_to(ROOT)}")
    except UnknownServiceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    else:
        shutil.copy2(source, target)


if __name__ == "__main__":
    sys.exit(main())
