"""A call that goes to a checked address still wants the certificate of the host's name."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
import trustme

from shared_code.fetch import door
from shared_code.fetch.door import PublicOnly

HERE = "127.0.0.1"


class Greeter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.headers["Host"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A client of a shop on this machine, which stands for a public address."""
    monkeypatch.setattr(door, "is_public", lambda address: address == HERE)
    authority = trustme.CA()
    served, trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("shop.example").configure_cert(served)
    authority.configure_trust(trusted)
    with HTTPServer((HERE, 0), Greeter) as server:
        server.socket = served.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        transport = PublicOnly(httpx.HTTPTransport(verify=trusted), lambda _: [HERE])
        base = f"https://shop.example:{server.server_port}"
        with httpx.Client(transport=transport, base_url=base) as opened:
            yield opened
        server.shutdown()


def test_the_hosts_certificate_is_taken_at_the_address(client: httpx.Client) -> None:
    assert client.get("/").text == client.base_url.netloc.decode()


def test_another_hosts_certificate_is_not(client: httpx.Client) -> None:
    other = client.base_url.copy_with(host="other.example")
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        client.get(other)
