"""The data API as production runs it, in a process of its own behind uvicorn."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import uvicorn

from functions.data_api import open_app
from tools.bench_reads.books import Books
from tools.memory import most_memory

ROOT = Path(__file__).parents[2]
TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running data API."""

    port: int
    pid: int

    @property
    def most_memory(self) -> float:
        """The most resident memory that its process has had, in MB."""
        return most_memory(self.pid)


class Reader:
    """A client that keeps its connection; `list` gives the body's bytes."""

    def __init__(self, service: Service, books: Books) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", service.port, timeout=TIMEOUT)
        key = base64.b64encode(books.api_key.encode()).decode()
        self._headers = {"Authorization": f"Basic {key}"}
        self._root = f"/companies/{books.connection.company_id}/data/invoices"

    def list(self, **parameters: object) -> bytes:
        """Ask for a page of invoices."""
        return self._get(f"{self._root}?{urlencode(parameters)}")

    def one(self, record_id: str) -> bytes:
        """Ask for one invoice."""
        return self._get(f"{self._root}/{record_id}")

    def _get(self, path: str) -> bytes:
        try:
            self._http.request("GET", path, headers=self._headers)
            answer = self._http.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            # The next request gets a connection of its own.
            self._http.close()
            raise
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:500]!r}")
        return body


@contextmanager
def running_service(url: str, blobs: Path) -> Iterator[Service]:
    """Start the data API on the store at `url`; exports would go to the folder `blobs`."""
    with subprocess.Popen(
        [sys.executable, "-m", "tools.bench_reads.service"],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={
            **os.environ,
            "CAUSEWAY_STORE_URL": url,
            "CAUSEWAY_PUBLIC_URL": "http://127.0.0.1",
            "CAUSEWAY_BLOBS_KIND": "folder",
            "CAUSEWAY_BLOBS_FOLDER": str(blobs),
        },
    ) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("the service has no output")
            yield Service(int(process.stdout.readline()), process.pid)
        finally:
            process.terminate()


def main() -> None:
    """Serve the store of the environment on a free port, which is printed."""
    # With the protocol named, asyncio sends small answers at once, as on a port it opens itself.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(listening.getsockname()[1], flush=True)
    # Without what only a server of its own would do: the Functions host logs, and is the proxy.
    config = uvicorn.Config(
        open_app(), log_level="error", lifespan="off", access_log=False, proxy_headers=False
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
