"""Whatever a provider drips, its caller is free again when the time of the call is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import create_server, socket
from threading import Event, Thread

import pytest

from shared_code.errors import Retry
from shared_code.fetch.door import Door
from shared_code.fetch.egress import Bounds

HEADERS = b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 100 + b"\r\nContent-Length: 0\r\n\r\n"
HANDSHAKE = b"\x16\x03\x03\x40\x00" + b"\x02" * 100
IN_TIME = Bounds(deadline=0.3)


@contextmanager
def dripping(what: bytes, apart: float) -> Iterator[int]:
    """Serve one connection, a byte at a time; the port."""
    done = Event()
    with create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_drip, args=(server.accept, what, apart, done))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            thread.join()


def _drip(
    accept: Callable[[], tuple[socket, object]], what: bytes, apart: float, done: Event
) -> None:
    connection, _ = accept()
    with connection:
        for each in what:
            if done.wait(apart):
                return
            connection.sendall(bytes([each]))
        done.wait()


def call(scheme: str, port: int, bounds: Bounds = IN_TIME) -> int:
    base = f"{scheme}://127.0.0.1:{port}"
    door = Door([base], bounds=bounds)
    try:
        return door.to({}).get(base).status_code
    finally:
        door.close()


def test_headers_that_drip_are_given_up_on() -> None:
    with dripping(HEADERS, 0.02) as port, pytest.raises(Retry, match="took too long"):
        call("http", port)


def test_headers_that_drip_within_the_time_are_read() -> None:
    with dripping(HEADERS, 0) as port:
        assert call("http", port, Bounds()) == 200


def test_a_handshake_that_drips_is_given_up_on() -> None:
    with dripping(HANDSHAKE, 0.02) as port, pytest.raises(Retry, match="reached") as raised:
        call("https", port)
    assert raised.value.internal == "ConnectTimeout"
