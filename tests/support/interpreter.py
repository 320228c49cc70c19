"""A Python of its own for what a test cannot see in the one that runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def printed_by(script: str, *arguments: str) -> str:
    """Run a script with the project's modules at hand, and give what it prints.

    `CalledProcessError` if it fails.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
