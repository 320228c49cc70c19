"""What processes have together is what they take from the machine."""

from __future__ import annotations

import subprocess
import sys

from tools.memory import watched

SHARED = 64
"""MB."""
HOLD_TOGETHER = f"""
import os
held = b"x" * ({SHARED} << 20)
os.fork()
os.write(1, b".")
os.read(0, 1)
"""


def test_a_page_that_two_processes_share_counts_as_one() -> None:
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", HOLD_TOGETHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(2) == b".."
        with watched(process.pid) as seen:
            pass

    assert SHARED < seen.most < 1.5 * SHARED
