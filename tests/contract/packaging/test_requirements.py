"""The requirements files hold what each place imports, pinned, and a deployed app no more."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.packaging.pins import normal, owners, pinned
from tools.package import ROOT

# What the lint is tried on is read, never run.
READ_ONLY = ROOT / "tests/unit/host/lint/corpus"
# For developers and tests alone: what makes records, and the checks of connectors.
DEVELOPERS = {ROOT / "local/generator", ROOT / "local/conformance"}
# They run in an environment of their own, with requirements of its own.
ELSEWHERE = ROOT / "tools/bench_peers/peers"
OURS = {"functions", "function_app", "shared_code", "local", "tools", "tests"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Some are for some machines only.
PIN = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [a-z_]+ == [a-z0-9_ ='\"]+)?( +#.*)?")


def _asked_for(*extras: str) -> set[str]:
    wanted = [*PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    return {normal(re.split(r"[\[=<>~!;]", requirement)[0]) for requirement in wanted}


def _files(place: str) -> Iterator[Path]:
    found = [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py")
    left_out = {READ_ONLY, ELSEWHERE, *DEVELOPERS} - {ROOT / place}
    return (file for file in found if not left_out & {*file.parents})


def _imported(*places: str) -> Iterator[tuple[str, Path]]:
    """Yield the third-party modules that are imported, dotted, with the file that does it."""
    for place in places:
        for file in _files(place):
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


@pytest.mark.parametrize(
    ("places", "extras"),
    [
        (["function_app.py", "functions", "shared_code"], []),
        (["local"], ["local"]),
        (["tools", "tests", "local/generator", "local/conformance"], ["local", "dev", "parquet"]),
    ],
    ids=["deployed", "local", "developers"],
)
def test_all_that_is_imported_is_asked_for(places: list[str], extras: list[str]) -> None:
    known = _asked_for(*extras)
    missing = {name for name, _ in _imported(*places) if not owners(name) & known}
    assert missing == set()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-local.txt"])
def test_nothing_that_only_tests_need_is_installed_with_it(file: str) -> None:
    tests_only = _asked_for("local", "dev") - _asked_for("local")
    assert tests_only & pinned(ROOT / file).keys() == set()


def test_what_only_a_laptop_needs_is_not_deployed() -> None:
    laptop_only = {"rich", "typer", "uvicorn", "watchfiles"}
    assert laptop_only & pinned(ROOT / "requirements.txt").keys() == set()


@pytest.mark.parametrize(
    "file", ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"]
)
def test_every_line_is_a_pin_and_names_no_place_to_get_it_from(file: str) -> None:
    wrong = [line for line in (ROOT / file).read_text().splitlines() if not PIN.fullmatch(line)]
    assert wrong == []


@pytest.mark.parametrize(
    "file", ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"]
)
def test_parquet_is_installed_by_those_who_ask_for_it(file: str) -> None:
    assert _asked_for("parquet") - _asked_for() == {"pyarrow"}
    assert "pyarrow" not in pinned(ROOT / file)


def test_a_developer_has_what_is_deployed() -> None:
    deployed = pinned(ROOT / "requirements.txt").items()
    local = pinned(ROOT / "requirements-local.txt").items()
    assert deployed <= local <= pinned(ROOT / "requirements-dev.txt").items()


def test_all_that_is_asked_for_is_pinned() -> None:
    assert _asked_for() <= pinned(ROOT / "requirements.txt").keys()
    assert _asked_for("local") <= pinned(ROOT / "requirements-local.txt").keys()
    assert _asked_for("local", "dev") <= pinned(ROOT / "requirements-dev.txt").keys()


def test_nothing_is_asked_for_in_vain() -> None:
    places = ["function_app.py", "functions", "shared_code"]
    used = [name for name, _ in _imported(*places)]
    idle = {each for each in _asked_for() if not any(each in owners(name) for name in used)}
    # SQLAlchemy loads the driver, and the pages of the documentation are read as files.
    assert idle <= {"psycopg", "fastapi-swagger"}
