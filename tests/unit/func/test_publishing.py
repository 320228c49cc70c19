"""The files that Microsoft's host and `func azure functionapp publish` read."""

from __future__ import annotations

import json
import re

import pytest

from local.host.settings import load_host_json
from local.stack.children import ROOT


def _pattern(line: str) -> str:
    """Read a line of .funcignore as `func` does: from the root on, up to the end of a word."""
    anything, word = "(.+)", "([^/]+)"
    glob = re.escape(line.removeprefix("!").removeprefix("/"))
    return f"^{glob.replace(re.escape('**'), anything).replace(re.escape('*'), word)}\\b"


def _published(path: str) -> bool:
    lines = (ROOT / ".funcignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    ignored = any(re.match(_pattern(p), path) for p in patterns if not p.startswith("!"))
    return not ignored or any(re.match(_pattern(p), path) for p in patterns if p[0] == "!")


@pytest.mark.parametrize(
    "path",
    [
        "function_app.py",
        "host.json",
        "requirements.txt",
        "functions/xero/__init__.py",
        "shared_code/store/migrations/env.py",
        "shared_code/ports/queue/local.py",
        ".python_packages/lib/site-packages/httpx/__init__.py",
    ],
)
def test_what_an_app_runs_on_is_published(path: str) -> None:
    assert _published(path)


@pytest.mark.parametrize(
    "path",
    [
        ".venv/bin/python",
        ".local/data/vault.key",
        ".git/config",
        "local.settings.json",
        "local/func/cli.py",
        "tests/conftest.py",
        "tools/package.py",
        "docs/architecture.md",
        "dist/xero/host.json",
        "README.md",
        "Makefile",
        "pyproject.toml",
        "requirements-dev.txt",
        "functions/xero/__pycache__/oauth.cpython-311.pyc",
    ],
)
def test_what_it_does_not_need_is_not(path: str) -> None:
    assert not _published(path)


def test_host_json_has_no_setting_that_the_host_does_not_know() -> None:
    assert load_host_json(ROOT, {"TASK_HUB_NAME": "hub"}).unknown() == []


def test_the_extension_bundle_is_the_fourth_generation() -> None:
    bundle = json.loads((ROOT / "host.json").read_text())["extensionBundle"]
    assert bundle == {
        "id": "Microsoft.Azure.Functions.ExtensionBundle",
        "version": "[4.*, 5.0.0)",
    }
