"""`make func`: what Microsoft's host is given, and the main job over a stand-in for its program."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.storage.queue import QueueServiceClient

from local.stack.bootstrap import Caller
from local.stack.children import ROOT
from local.stack.options import Options
from local.stack.running import Simulator, Stack
from tests.support.ports import wait_until
from tests.support.services import running
from tests.support.traveller import IMPATIENT, INVOICES, Company, books_of

STANDIN = ROOT / "tests" / "support" / "standin"
USERS_SETTINGS = ROOT / "local.settings.json"
COMMAND = [sys.executable, "-m", "local.func", "--port", "0", "--sim-port", "0"]


@dataclass(frozen=True)
class Started:
    """A running `make func`, what its `func` was given, and where the stack is."""

    process: subprocess.Popen[bytes]
    folder: Path
    given: dict[str, Any]
    stack: Stack

    @property
    def settings(self) -> dict[str, str]:
        """The variables that `func` got beside those of the shell."""
        variables: dict[str, str] = self.given["variables"]
        return {name: value for name, value in variables.items() if name not in os.environ}

    @property
    def said(self) -> str:
        """What was printed."""
        return (self.folder / "said").read_text()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    folder = tmp_path_factory.mktemp("func")
    state, record = folder / "stack.json", folder / "given.json"
    environment = os.environ | IMPATIENT | {"FUNC_RECORD": str(record), "PATH": _path(STANDIN)}
    command = [*COMMAND, "--azurite-port", "0", "--folder", str(folder), "--no-rate-limit"]
    command += ["--invoices", str(INVOICES)]
    log = folder / "said"
    with running(command, log=log, stop=signal.SIGTERM, cwd=ROOT, env=environment) as process:
        wait_until(lambda: state.exists() or process.poll() is not None, within=60)
        assert process.poll() is None, log.read_text()
        yield Started(process, folder, json.loads(record.read_text()), _stack(folder, state))


def _path(first: Path) -> str:
    return f"{first}{os.pathsep}{os.environ['PATH']}"


def _stack(folder: Path, state: Path) -> Stack:
    """Read the stack as scripts do."""
    described = json.loads(state.read_text())
    options = Options(data=folder / "func", logs=folder / "func" / "logs")
    simulators = {"xero": Simulator.at(described["simulators"]["xero"]["url"])}
    caller = Caller(described["clientId"], described["apiKey"])
    return Stack(options, caller, described["apiUrl"], simulators, {}, {})


def test_a_company_is_linked_and_its_books_are_read(started: Started) -> None:
    company = Company.create(started.stack, "Harbour Lane")
    assert "is connected" in company.link().text
    company.wait_until_synced()
    held = books_of(started.stack).all()["resources"]["Invoices"]
    expected = {each["InvoiceID"] for each in held if each["Type"] == "ACCREC"}
    assert {each.id for each in company.read("invoices")} == expected


def test_the_commands_went_through_azurites_queues(started: Started) -> None:
    storage = started.settings["AzureWebJobsStorage"]
    with closing(QueueServiceClient.from_connection_string(storage)) as queues:
        names = {each.name for each in queues.list_queues()}
    assert any(name.startswith("xero") for name in names)


def test_func_is_called_as_it_documents_in_the_apps_folder(started: Started) -> None:
    port = str(httpx.URL(started.stack.api_url).port)
    assert started.given["arguments"] == ["start", "--port", port]
    assert Path(started.given["folder"]) == ROOT


def test_func_gets_the_settings_that_it_needs_itself(started: Started) -> None:
    settings = started.settings
    assert settings["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert settings["TASK_HUB_NAME"] == "causeway"
    assert settings["CAUSEWAY_QUEUE_CONNECTION"] == settings["AzureWebJobsStorage"]
    fields = dict(field.split("=", 1) for field in settings["AzureWebJobsStorage"].split(";"))
    assert {"AccountName", "AccountKey"} < set(fields)
    assert {"BlobEndpoint", "QueueEndpoint", "TableEndpoint"} < set(fields)


def test_no_setting_is_empty_since_func_would_take_the_users_own_instead(started: Started) -> None:
    assert [name for name, value in started.settings.items() if not value] == []


def test_the_first_python_on_funcs_path_has_the_packages(started: Started) -> None:
    first = Path(started.given["variables"]["PATH"].split(os.pathsep)[0])
    assert (first / "python3").samefile(sys.executable)
    assert first == Path(sys.executable).parent


def test_every_function_finds_its_connection_and_schedule(started: Started) -> None:
    status = httpx.get(f"{started.stack.api_url}/admin/host/status", timeout=30).json()
    assert status["state"] == "Running"
    assert not status.get("errors")


def test_the_key_of_the_storage_account_is_not_told(started: Started) -> None:
    key = started.settings["AzureWebJobsStorage"].split("AccountKey=")[1].split(";")[0]
    logs = [file.read_text() for file in started.stack.options.logs.glob("*.log")]
    assert len(logs) == 3
    assert not any(key in text for text in [*logs, started.said])


def test_it_says_where_the_pages_are(started: Started) -> None:
    for place in (f"{started.stack.api_url}/docs", started.stack.simulators["xero"].url):
        assert place in started.said


def test_a_second_one_is_refused(started: Started) -> None:
    ended = _run("--azurite-port", "0", "--folder", str(started.folder), path=_path(STANDIN))
    assert ended.returncode == 1
    assert "runs already" in ended.stderr


def test_ctrl_c_stops_all_of_it_and_a_users_own_settings_are_as_before(started: Started) -> None:
    before = USERS_SETTINGS.read_bytes() if USERS_SETTINGS.exists() else None
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(60) == 0
    assert "Stopped." in started.said
    assert not (started.folder / "stack.json").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(started.given["pid"], 0)
    assert before == (USERS_SETTINGS.read_bytes() if USERS_SETTINGS.exists() else None)


def test_a_taken_port_of_azurite_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = ("--azurite-port", port, "--folder", str(tmp_path))
        ended = _run(*words, path=_path(STANDIN))
    assert ended.returncode == 1
    assert f"Port {port} is in use." in ended.stderr
    assert "azurite_port=" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_func_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    ended = _run("--folder", str(tmp_path), path=str(tmp_path))
    assert ended.returncode == 1
    assert "no `func` on PATH" in ended.stderr
    assert "npm install" in ended.stderr
    assert "Traceback" not in ended.stderr


def _run(*words: str, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own module
        [*COMMAND, *words],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
