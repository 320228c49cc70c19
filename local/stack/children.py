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

from local.host import leash

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
GRACE_SECONDS = 15
POLL_SECONDS = 0.02


class ChildFailedError(Exception):
    """A child ended by itself, or did not become ready; the text ends with its last words."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run.

    Args:
        name: of the child and its log.
        command: the program, as an absolute path, and its arguments.
        ready: pattern of what it prints when it serves; its group `url` says where.
        environment: variables beside those of this process.
        folder: where it runs.
        url: where it serves, if `ready` has no group of that name.
        ready_seconds: how long it may take to serve.
    """

    name: str
    command: Sequence[str]
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    url: str = ""
    ready_seconds: float = READY_SECONDS


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this repository."""
    return [sys.executable, "-m", module, *arguments]


class Child:
    """A running program."""

    def __init__(self, program: Program, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.name = program.name
        self.log = logs / f"{program.name}.log"
        self._program = program
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                _leashed(program.command),
                cwd=program.folder,
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

    def check(self) -> None:
        """Raise `ChildFailedError` where it has ended by itself."""
        if not self.running:
            raise ChildFailedError(f"{self.name} has ended:\n{self.last_words()}")

    def url(self) -> str:
        """Wait until it serves and return where; raises `ChildFailedError`."""
        ready, patience = re.compile(self._program.ready), self._program.ready_seconds
        deadline = time.monotonic() + patience
        while not (found := ready.search(self.log.read_text(errors="replace"))):
            self.check()
            if time.monotonic() > deadline:
                raise ChildFailedError(
                    f"{self.name} was not ready within {patience:.0f} s:\n{self.last_words()}"
                )
            time.sleep(POLL_SECONDS)
        return found.groupdict().get("url") or self._program.url

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


def _leashed(command: Sequence[str]) -> list[str]:
    return [sys.executable, "-I", leash.__file__, str(os.getpid()), *command]
