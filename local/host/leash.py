"""Become another program that ends when its parent does: `leash.py PARENT PROGRAM [ARGUMENT ...]`.

A supervisor that is killed cannot stop what it started; the kernel then does. Only Linux can.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie_to(parent: int, number: signal.Signals) -> None:
    """Be sent a signal when `parent` ends; where it has ended already, end at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(0)


def main(parent: int, command: list[str]) -> None:
    """Tie this process to `parent`, then become `command`."""
    tie_to(parent, signal.SIGTERM)
    os.execv(command[0], command)  # noqa: S606 - becoming another program is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
