"""Serve a simulator over HTTP."""

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local.providers.simulation.layers import Transports


class PortInUseError(OSError):
    """Somebody else listens on the port."""


def listen(port: int) -> socket.socket:
    """Listen on a port of this machine only, any free one for 0; raises PortInUseError.

    Calls that come before the server runs wait for it.
    """
    # With the protocol named, asyncio sends small answers at once instead of after 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise PortInUseError(f"Port {port} of 127.0.0.1 is in use; choose another") from error
    listener.listen(2048)
    return listener


def server(app: ASGIApp, transports: Transports) -> uvicorn.Server:
    """Make a server whose connections can be broken by faults; it logs warnings only."""

    class Tracked(HttpToolsProtocol):
        """Enters its transport while the connection is open."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            transports.by_client[transport.get_extra_info("peername")] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            transports.by_client.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    # uvicorn takes a protocol class here, but names only its own in the hint.
    protocol: Any = Tracked
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        # The date is the simulated clock's: the recorder of calls writes it.
        date_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
    )
    return uvicorn.Server(config)
