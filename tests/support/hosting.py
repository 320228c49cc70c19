"""Run the embedded host in a process of its own, as its users do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).parents[2]
APPS = ROOT / "tests" / "support" / "apps"
DONE = {"Completed", "Failed", "Terminated", "Canceled"}
PATIENCE = 30.0  # seconds that anything may take
T = TypeVar("T")


def eventually(look: Callable[[], T | None], *, seconds: float = PATIENCE) -> T:
    """Call until there is something true, and return it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {seconds:.0f} s")


def refusal(*flags: str | Path) -> tuple[int, str]:
    """Start a host that cannot start; its exit code and what it says."""
    command = [sys.executable, "-m", "local.host", "start", *map(str, flags)]
    ended = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE, check=False
    )
    return ended.returncode, ended.stderr.strip()


class Host:
    """A host's process and the ways to talk to it."""

    def __init__(
        self, app: Path, folder: Path, environment: Mapping[str, str], flags: tuple[str, ...]
    ) -> None:
        self.data, self.journal, self.log = folder / "data", folder / "journal", folder / "log"
        self.journal.touch()
        self._environment = {**os.environ, "JOURNAL": str(self.journal), **environment}
        self.flags = ["--port", "0", "--app", str(app), "--data", str(self.data), *flags]
        self._command = [sys.executable, "-m", "local.host", "start", *self.flags]
        self.http = httpx.Client(timeout=PATIENCE)
        self.start()

    def launch(self) -> int:
        """Start the process; where in the log it begins."""
        with self.log.open("ab") as log:
            began = log.tell()
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdout=log, stderr=log, cwd=ROOT, env=self._environment
            )
        return began

    def start(self) -> None:
        """Start the process; return when it says that it is ready."""
        began = self.launch()
        said = eventually(lambda: self._ready(began))
        self.base = said.split()[-1]
        self.http.base_url = httpx.URL(self.base)

    def _ready(self, began: int) -> str | None:
        text = self.log.read_bytes()[began:].decode()
        assert self.process.poll() is None, text
        lines = [line for line in text.splitlines() if line.startswith("Host ready at ")]
        return lines[0] if lines else None

    def stop(self) -> int:
        """End the process in good order; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def close(self) -> None:
        """Stop what still runs."""
        if self.process.poll() is None:
            self.stop()
        self.http.close()

    @property
    def output(self) -> str:
        """All that the host has printed and logged."""
        return self.log.read_text(encoding="utf-8")

    @property
    def keys(self) -> dict[str, str]:
        """The host's keys by name."""
        keys: dict[str, str] = json.loads((self.data / "keys.json").read_text(encoding="ascii"))
        return keys

    @property
    def endpoints(self) -> dict[str, Any]:
        """Where the host is reached, as it says itself."""
        text = (self.data / "endpoints.json").read_text(encoding="ascii")
        endpoints: dict[str, Any] = json.loads(text)
        return endpoints

    def noted(self, **like: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
        """What the workshop's functions have noted, as far as it looks like this."""
        lines = self.journal.read_text(encoding="utf-8").splitlines()
        notes = [json.loads(line) for line in lines]
        return [note for note in notes if like.items() <= note.items()]

    def begin(self, name: str, id_: str, given: object = None) -> None:
        """Start an orchestration through the workshop's own function."""
        answer = self.http.post(f"/start/{name}/{id_}", json=given)
        assert answer.status_code == 202, answer.text

    def durable(self, method: str, path: str, **query: str) -> httpx.Response:
        """Call a management webhook."""
        url = f"/runtime/webhooks/durabletask/{path}"
        return self.http.request(method, url, params={"code": self.keys["durable"], **query})

    def event(self, id_: str, name: str, data: object) -> httpx.Response:
        """Raise an event through the webhook."""
        url = f"/runtime/webhooks/durabletask/instances/{id_}/raiseEvent/{name}"
        return self.http.post(url, params={"code": self.keys["durable"]}, json=data)

    def status(self, id_: str) -> dict[str, Any]:
        """Look at an instance."""
        document: dict[str, Any] = self.durable("GET", f"instances/{id_}").json()
        return document

    def finished(self, id_: str, *, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait until an instance has ended."""

        def look() -> dict[str, Any] | None:
            document = self.status(id_)
            return document if document["runtimeStatus"] in DONE else None

        return eventually(look, seconds=seconds)

    def run(self, name: str, id_: str, given: object = None) -> dict[str, Any]:
        """Start an orchestration and wait for its end."""
        self.begin(name, id_, given)
        return self.finished(id_)

    def put(self, queue: str, text: str) -> httpx.Response:
        """Send a message to a local queue; `text` is on the wire as it is."""
        body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>"
        return self.http.post(f"{self.endpoints['queues']}/{queue}/messages", content=body)


@contextmanager
def hosted(
    app: Path, folder: Path, *flags: str, environment: Mapping[str, str] | None = None
) -> Iterator[Host]:
    """Serve an app on a data folder below `folder`."""
    host = Host(app, folder, environment or {}, flags)
    try:
        yield host
    finally:
        host.close()


WORKSHOP = {"HUB_NAME": "Workshop", "JOBS_QUEUE": "jobs", "NIGHTLY": "0 0 3 * * *"}


@contextmanager
def workshop(folder: Path, *flags: str, **environment: str) -> Iterator[Host]:
    """Serve the workshop app."""
    with hosted(APPS / "workshop", folder, *flags, environment={**WORKSHOP, **environment}) as host:
        yield host
