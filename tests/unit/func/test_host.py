"""What `func start` is told, and when it is taken to serve."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

import pytest

from local.func.azurite import running_azurite
from local.func.host import READY, FuncMissingError, functions_host
from local.stack.children import Program
from local.stack.hosts import Served
from local.stack.running import PortInUseError

STORAGE = "AccountName=x"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    (tmp_path / "func").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = {"CAUSEWAY_QUEUE_CONNECTION": STORAGE, "TASK_HUB_NAME": "hub"}
    app = tmp_path / "app"
    return functions_host(Served(app=app, port=7071, data=tmp_path, settings=settings))


def test_func_runs_in_the_apps_folder_on_the_port(program: Program, tmp_path: Path) -> None:
    assert program.command == [str(tmp_path / "func"), "start", "--port", "7071"]
    assert program.folder == tmp_path / "app"
    assert program.url == "http://127.0.0.1:7071"


def test_the_host_keeps_its_own_data_where_the_queues_are(program: Program) -> None:
    assert program.environment["AzureWebJobsStorage"] == STORAGE
    assert program.environment["TASK_HUB_NAME"] == "hub"


def test_our_python_comes_first_and_the_rest_of_path_stays(
    program: Program, tmp_path: Path
) -> None:
    path = program.environment["PATH"].split(os.pathsep)
    assert path == [str(Path(sys.executable).parent), str(tmp_path)]


def test_without_func_the_host_cannot_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    served = Served(app=tmp_path, port=0, data=tmp_path, settings={})
    with pytest.raises(FuncMissingError, match="npm install"):
        functions_host(served)


@pytest.mark.parametrize(
    ("said", "serves"),
    [
        ("Azure Functions Core Tools\nCore Tools Version: 4.13.2\n", False),
        ("[2026-11-26T10:00:00.000Z] Loading Functions: none yet\n", False),
        ("\nFunctions:\n\n\thealth: [GET] http://localhost:7071/health\n", True),
        ("For detailed output, run func with --verbose flag.\n", True),
    ],
)
def test_func_serves_once_it_has_listed_the_functions(said: str, *, serves: bool) -> None:
    assert bool(re.search(READY, said)) == serves


@pytest.mark.parametrize("before", [0, 1, 2])
def test_each_of_azurites_three_ports_must_be_free(tmp_path: Path, before: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = taken.getsockname()[1] - before
        with (
            pytest.raises(PortInUseError, match="is in use"),
            running_azurite(tmp_path, tmp_path, first),
        ):
            raise AssertionError("Azurite runs")
