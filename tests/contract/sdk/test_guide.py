"""What the guide shows runs as it stands."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared_code.model import DataType
from tests.contract.sdk.world import World
from tests.support.node_programs import NODE_MODULES, ROOT

GUIDE = ROOT / "docs" / "guide" / "sdks.md"


@pytest.mark.parametrize(
    ("language", "file", "program"),
    [("python", "invoices.py", sys.executable), ("js", "invoices.mjs", "node")],
)
def test_the_guides_programs_list_invoices(
    world: World, tmp_path: Path, language: str, file: str, program: str
) -> None:
    written = world.records(DataType.INVOICES)
    (code,) = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (tmp_path / file).write_text(code)
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    total, *listed = run([program, str(tmp_path / file)], world)
    assert int(total) == len(written)
    ids = {each["id"] for each in written}
    assert len(listed) == 5
    assert all(any(line.startswith(f"{id_} ") for id_ in ids) for line in listed)


def run(command: Sequence[str], world: World) -> list[str]:
    """Run a program with the guide's environment; gives the lines it prints."""
    key = base64.b64decode(world.authorization.removeprefix("Basic ")).decode()
    given = {"CAUSEWAY_URL": world.url, "CAUSEWAY_KEY": key, "COMPANY_ID": world.company_id}
    done = subprocess.run(  # noqa: S603 - fixed programs
        command, env=os.environ | given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
