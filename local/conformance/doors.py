"""Other ways to the same provider: by TLS with certificates good and bad, by a name of no host."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trustme
from sqlalchemy import Row

from local.conformance.listening import SIMULATOR
from shared_code.fetch.door import Door
from shared_code.fetch.egress import Bounds
from shared_code.fetch.network import tls_context
from shared_code.fetch.provider import Provider

if TYPE_CHECKING:
    from local.conformance.world import World

HERE = "127.0.0.1"
NOBODY = "nobody.invalid"
"""A name that no host has, by the rules for names."""

_USUAL = Bounds()
_HELD_BACK = {"host", "accept-encoding", "connection", "content-length"}
_MADE_ANEW = {"connection", "transfer-encoding", "content-length", "content-encoding"}
_TLS_HANDSHAKE = b"\x16\x03"
"""What a client says first, by RFC 8446: the type of the record, and its version."""


@dataclass
class Front:
    """An address before the simulator, and the calls that came through it."""

    url: str
    heard: list[str] = field(default_factory=list)


@contextmanager
def reached(world: World, url: str | None = None, bounds: Bounds = _USUAL) -> Iterator[None]:
    """Let syncs go to the provider at another address, by a door of the platform's own."""
    if world.simulator.url not in world.connector.source.base_url:
        pytest.skip("users type in where this provider is")
    usual, source, at = world.parts, world.parts.pipeline.source, url or world.simulator.url
    door = Door([_moved(world, each, at) for each in world.connector.hosts], bounds=bounds)

    def provider_for(connection: Row[Any]) -> Provider:
        provider = usual.pipeline.provider_for(connection)
        return replace(provider, http=door.to(provider.facts))

    moved = replace(source, base_url=_moved(world, source.base_url, at))
    pipeline = replace(usual.pipeline, source=moved, provider_for=provider_for)
    world.parts = replace(usual, pipeline=pipeline)
    try:
        yield
    finally:
        world.parts = usual
        door.close()


def _moved(world: World, url: str, to: str) -> str:
    return url.replace(world.simulator.url, to)


@contextmanager
def behind(world: World, certificate: trustme.LeafCert) -> Iterator[Front]:
    """Serve the simulator over TLS, with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    front = Front("")
    with ThreadingHTTPServer((HERE, 0), _forwarding(world.simulator.url, front)) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with _serving(server, front):
            yield front


@contextmanager
def cut_in_the_handshake(_: World) -> Iterator[Front]:
    """Hang up as soon as somebody begins to speak TLS."""
    front = Front("")

    class Cutting(BaseHTTPRequestHandler):
        def handle(self) -> None:
            said = self.request.recv(len(_TLS_HANDSHAKE))
            if said != _TLS_HANDSHAKE:
                front.heard.append(str(said))

    with ThreadingHTTPServer((HERE, 0), Cutting) as server, _serving(server, front):
        yield front


@contextmanager
def without_a_host(_: World) -> Iterator[Front]:
    """Have a name that cannot be looked up."""
    look_up = socket.getaddrinfo

    # The signature is the system's.
    def looked_up(host: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401
        if host == NOBODY:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *more, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", looked_up)
        yield Front(f"https://{NOBODY}")


@contextmanager
def _serving(server: ThreadingHTTPServer, front: Front) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, args=(0.02,), name=SIMULATOR, daemon=True)
    thread.start()
    front.url = f"https://{HERE}:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)


def _forwarding(url: str, front: Front) -> type[BaseHTTPRequestHandler]:
    """Answer as the simulator does."""

    class Forwarding(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            front.heard.append(self.path)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HELD_BACK}
            sent = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            answer = httpx.request(
                self.command, url + self.path, headers=headers, content=sent, trust_env=False
            )
            self.send_response(answer.status_code)
            for name, told in answer.headers.multi_items():
                if name not in _MADE_ANEW:
                    self.send_header(name, told.replace(url, front.url))
            body = answer.content.replace(url.encode(), front.url.encode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - as the base class names it

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Forwarding


def trusted() -> trustme.CA:
    """Make an authority that this process trusts from now on; its key is known to nobody else."""
    authority = trustme.CA()
    authority.configure_trust(tls_context())
    return authority


MakeFront = Callable[["World"], AbstractContextManager[Front]]


def _expired(world: World) -> AbstractContextManager[Front]:
    ended = datetime.now(UTC) - timedelta(days=1)
    began = ended - timedelta(days=90)
    return behind(world, trusted().issue_cert(HERE, not_before=began, not_after=ended))


def _of_another_host(world: World) -> AbstractContextManager[Front]:
    return behind(world, trusted().issue_cert("other.example"))


def _of_an_unknown_authority(world: World) -> AbstractContextManager[Front]:
    return behind(world, trustme.CA().issue_cert(HERE))


def good(world: World) -> AbstractContextManager[Front]:
    """Serve the simulator as a provider is served."""
    return behind(world, trusted().issue_cert(HERE))


UNREACHABLE: Mapping[str, MakeFront] = {
    "name-of-no-host": without_a_host,
    "handshake-cut": cut_in_the_handshake,
    "certificate-expired": _expired,
    "certificate-of-another-host": _of_another_host,
    "certificate-of-nobody": _of_an_unknown_authority,
}
"""Ways on which a provider cannot be met, or not be told from somebody else."""
