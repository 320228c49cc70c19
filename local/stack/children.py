"""Child processes: each in a process group of its own, its output in a log file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.stack import leash

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
GRACE_SECONDS = 15
POLL_SECONDS = 0.02


class ChildFailedError(Exception):
    """A child ended by itself, or did not become ready; the text ends with its last words."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: a Python module of this repository with its arguments.

    `ready` is a pattern of the line that it prints when it serves; its group `url` says where.
    """

    name: str
    module: str
    arguments: Sequence[str]
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A running program."""

    def __init__(self, program: Program, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.name = program.name
        self.log = logs / f"{program.name}.log"
        self._ready = re.compile(program.ready)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                _leashed([sys.executable, "-m", program.module, *program.arguments]),
                cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def url(self) -> str:
        """Wait until it serves and return where; raises `ChildFailedError`."""
        deadline = time.monotonic() + READY_SECONDS
        while not (found := self._ready.search(self.log.read_text(errors="replace"))):
            if not self.running:
                raise ChildFailedError(f"{self.name} ended:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise ChildFailedError(
                    f"{self.name} was not ready within {READY_SECONDS} s:\n{self.last_words()}"
                )
            time.sleep(POLL_SECONDS)
        return found["url"]

    def last_words(self, lines: int = 20) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        """Send SIGTERM; returns at once."""
        if self.running:
            self._process.terminate()

    def stop(self) -> None:
        """Let it end in order; what has not ended after a while is killed, with its group."""
        self.ask_to_stop()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and its group at once, as a crash would."""
        if self.running:
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def _leashed(command: list[str]) -> list[str]:
    return [sys.executable, "-I", leash.__file__, str(os.getpid()), *command]
