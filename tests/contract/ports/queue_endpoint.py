"""A stand-in for the embedded host's queue endpoint: it keeps what Put Message says."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from xml.etree import ElementTree as ET

from tests.support.services import serving

MESSAGES = re.compile(r"/queues/([a-z0-9-]+)/messages")


@dataclass
class Kept:
    """The decoded texts by queue; while `refusals` holds a status, it is answered instead."""

    messages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refusals: list[int] = field(default_factory=list)

    def texts(self, queue: str) -> list[str]:
        return self.messages[queue]


@contextmanager
def queue_endpoint() -> Iterator[tuple[str, Kept]]:
    """Serve the endpoint; yields its base URL and what it keeps."""
    kept = Kept()
    with serving(type("BoundHandler", (_Handler,), {"kept": kept})) as port:
        yield f"http://127.0.0.1:{port}/queues", kept


class _Handler(BaseHTTPRequestHandler):
    kept: Kept
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self._status(content))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _status(self, content: bytes) -> int:
        if self.kept.refusals:
            return self.kept.refusals.pop(0)
        address = MESSAGES.fullmatch(self.path)
        if not address or self.headers["Content-Type"] != "application/xml":
            return 400
        message = ET.fromstring(content)  # noqa: S314 - the test's own message
        text = message.findtext("MessageText", "") if message.tag == "QueueMessage" else ""
        self.kept.messages[address[1]].append(base64.b64decode(text, validate=True).decode())
        return 201
