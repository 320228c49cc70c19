"""Run a service beside the test: an HTTP handler in a thread, or a program in a process."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STOP_SECONDS = 10


@contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler], *, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Serve `handler` on a free port of 127.0.0.1 and yield the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    log: Path,
    stop: int,
    **options: Any,  # noqa: ANN401 - those of Popen
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, its output in `log`; the signal `stop` ends it, a kill if it lingers."""
    with (
        log.open("ab") as output,
        subprocess.Popen(  # noqa: S603 - fixed programs
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(stop)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
