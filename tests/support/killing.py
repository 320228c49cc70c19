"""End the processes of a running stack as a power cut would."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from local.stack.running import Stack


def kill_host(stack: Stack) -> None:
    """Kill the host with all it runs, and start it again."""
    stack.children["host"].kill()
    stack.start_again("host")
    stack.wait_until_healthy()


def kill_worker(stack: Stack) -> None:
    """Kill the process that runs the app, and leave the host alone."""
    host = stack.children["host"].pid
    [worker] = Path(f"/proc/{host}/task/{host}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
