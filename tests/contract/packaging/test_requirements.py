"""The requirements files hold what each place imports, pinned, and a deployed app no more."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tools.package import ROOT

OURS = {"functions", "function_app", "shared_code", "local", "tools", "tests"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DISTRIBUTIONS = packages_distributions()
PIN = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( +#.*)?")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text().splitlines()
    return dict(line.split("#")[0].strip().split("==") for line in lines if "==" in line)


def _asked_for(*extras: str) -> set[str]:
    wanted = [*PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    return {_normal(re.split(r"[\[=<>~!]", requirement)[0]) for requirement in wanted}


def _imported(*places: str) -> Iterator[tuple[str, Path]]:
    """Yield the third-party modules that are imported, dotted, with the file that does it."""
    for place in places:
        for file in [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                for name in _names(node):
                    if name.split(".")[0] not in OURS | sys.stdlib_module_names:
                        yield name, file.relative_to(ROOT)


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _distribution(module: str, known: set[str]) -> bool:
    """Tell whether a module comes from one of the known distributions.

    `azure` belongs to many: there the distribution is the one whose name the module's begins with.
    """
    owners = {_normal(owner) for owner in DISTRIBUTIONS.get(module.split(".")[0], [])}
    if len(owners) > 1:
        dashed = _normal(module)
        owners = {owner for owner in owners if dashed.startswith(owner)} or owners
    return bool(owners & known)


@pytest.mark.parametrize(
    ("places", "extras"),
    [
        (["function_app.py", "functions", "shared_code"], []),
        (["local"], ["local"]),
        (["tools", "tests"], ["local", "dev"]),
    ],
    ids=["deployed", "local", "developers"],
)
def test_all_that_is_imported_is_asked_for(places: list[str], extras: list[str]) -> None:
    known = _asked_for(*extras)
    missing = {name for name, _ in _imported(*places) if not _distribution(name, known)}
    assert missing == set()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-local.txt"])
def test_nothing_that_only_tests_need_is_installed_with_it(file: str) -> None:
    tests_only = _asked_for("local", "dev") - _asked_for("local")
    assert tests_only & _pins(file).keys() == set()


def test_what_only_a_laptop_needs_is_not_deployed() -> None:
    laptop_only = {"rich", "typer", "uvicorn", "watchfiles"}
    assert laptop_only & _pins("requirements.txt").keys() == set()


@pytest.mark.parametrize(
    "file", ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"]
)
def test_every_line_is_a_pin_and_names_no_place_to_get_it_from(file: str) -> None:
    wrong = [line for line in (ROOT / file).read_text().splitlines() if not PIN.fullmatch(line)]
    assert wrong == []


def test_a_developer_has_what_is_deployed() -> None:
    deployed = _pins("requirements.txt").items()
    local = _pins("requirements-local.txt").items()
    assert deployed <= local <= _pins("requirements-dev.txt").items()


def test_all_that_is_asked_for_is_pinned() -> None:
    assert _asked_for() <= _pins("requirements.txt").keys()
    assert _asked_for("local") <= _pins("requirements-local.txt").keys()
    assert _asked_for("local", "dev") <= _pins("requirements-dev.txt").keys()


def test_nothing_is_asked_for_in_vain() -> None:
    places = ["function_app.py", "functions", "shared_code"]
    used = [name for name, _ in _imported(*places)]
    idle = {each for each in _asked_for() if not any(_distribution(name, {each}) for name in used)}
    # SQLAlchemy loads the driver, and the pages of the documentation are read as files.
    assert idle <= {"psycopg", "fastapi-swagger"}
