"""Each service can be deployed by itself: staged, loaded and answering without the others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import httpx
import pytest

from local.stack.options import Options
from local.stack.public_api import authorization
from local.stack.running import running_stack
from tests.contract.packaging.pins import unpinned_modules
from tools.package import ROOT, services, stage

LOAD = """
import json, sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name in absent:
            raise ModuleNotFoundError(name)

absent = set(json.loads(sys.argv[1]))
sys.meta_path.insert(0, NotInstalled())
sys.path.insert(0, ".")
import function_app
modules = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
functions = [function.get_function_name() for function in function_app.app.get_functions()]
print(json.dumps({"functions": functions, "modules": modules}))
"""


class Loaded(TypedDict):
    """What a clean interpreter has after it has loaded an app: modules with their files."""

    functions: list[str]
    modules: dict[str, str | None]


@pytest.fixture(scope="module", params=services())
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def staged(service: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage(service, tmp_path_factory.mktemp(service) / "app")


@pytest.fixture(scope="module")
def loaded(staged: Path) -> Loaded:
    # Isolated: neither the working directory nor the environment adds to the path. What is
    # installed here, and would not be there, cannot be imported.
    absent = json.dumps(sorted(unpinned_modules(staged / "requirements.txt")))
    command = [sys.executable, "-I", "-c", LOAD, absent]
    done = subprocess.run(  # noqa: S603 - our own source
        command, cwd=staged, env={"TASK_HUB_NAME": "hub"}, capture_output=True, check=True
    )
    found: Loaded = json.loads(done.stdout)
    return found


def test_an_app_loads_with_its_requirements_alone_and_all_its_functions_are_its_own(
    loaded: Loaded, service: str
) -> None:
    assert loaded["functions"]
    assert all(name.startswith(f"{service}_") for name in loaded["functions"])


def test_no_other_service_is_in_it(staged: Path, loaded: Loaded, service: str) -> None:
    folders = {folder.name for folder in (staged / "functions").iterdir() if folder.is_dir()}
    assert folders - {"__pycache__"} == {service}
    of_services = {
        name.split(".")[1] for name in loaded["modules"] if name.startswith("functions.")
    }
    assert of_services == {service}


def test_nothing_is_loaded_from_the_repository(loaded: Loaded) -> None:
    files = [Path(file) for file in loaded["modules"].values() if file]
    virtual = Path(sys.prefix)
    ours = [file for file in files if file.is_relative_to(ROOT) and virtual not in file.parents]
    assert ours == []


def test_tests_tools_and_the_laptops_host_stay_out(staged: Path) -> None:
    entries = {entry.name for entry in staged.iterdir()}
    assert entries <= {
        *("function_app.py", "functions", "host.json", "LICENSE", "requirements.txt"),
        *("shared_code", "__pycache__"),
    }


def test_a_connector_alone_is_healthy_and_answers_for_documents(tmp_path: Path) -> None:
    app = stage("xero", tmp_path / "app")
    options = Options(data=tmp_path / "data", logs=tmp_path / "logs", app=app, invoices=10)
    with running_stack(options) as stack:
        stack.wait_until_healthy()
        for kind in ("attachments", "attachment", "pdf"):
            url = f"{stack.api_url}/connect/xero/documents/{kind}"
            refused = httpx.get(url, timeout=30)
            assert (refused.status_code, refused.json()["service"]) == (401, "xero")
            known = {"Authorization": authorization(stack.api_key)}
            named = {"company_id": "a/b", "connection_id": "c", "data_type": "invoices"}
            query = {**named, "record_id": "r/1", "attachment_id": "f"}
            missing = httpx.get(url, params=query, headers=known, timeout=30)
            assert missing.status_code == 404
            assert missing.json()["error"] == "No company was found with ID a/b"


@pytest.mark.parametrize("service", sorted({*services()} - {"xero"}), indirect=True, scope="module")
def test_it_answers_its_health_route_on_the_local_host(staged: Path, tmp_path: Path) -> None:
    options = Options(data=tmp_path / "data", logs=tmp_path / "logs", app=staged, invoices=10)
    with running_stack(options) as stack:
        stack.wait_until_healthy()
