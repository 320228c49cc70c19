"""What `make` promises before anything is installed."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tools.package import ROOT


def test_what_is_typed_names_a_connector_whatever_the_environment_calls_itself() -> None:
    command = ["make", "-n", "connector", "name=acme", "kind=commerce", "title=Acme's Books"]
    told = {**os.environ, "NAME": "desktop", "KIND": "x", "TITLE": "y"}
    made = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, check=True, env=told
    )
    [line] = [each for each in made.stdout.splitlines() if "tools.scaffold" in each]
    assert shlex.split(line)[-4:] == ["acme", "commerce", "--title", "Acme's Books"]


@pytest.mark.parametrize("installed", ["Python 3.9.18", "Python 3.13.1", ""])
def test_another_python_is_refused_with_the_versions_that_will_do(
    tmp_path: Path, installed: str
) -> None:
    python = tmp_path / "python3"
    if installed:
        python.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{installed}" || exit 1\n')
        python.chmod(0o755)
    venv = tmp_path / "venv"
    command = ["make", f"VENV={venv}", f"PYTHON={python}", f"{venv}/bin/python"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert made.returncode != 0
    assert "Python 3.11 or 3.12 is needed" in made.stderr
    assert installed in made.stderr
    assert not venv.exists()
