"""A Key Vault emulator: the REST API of secrets over TLS, as the real SDK client meets it."""

from __future__ import annotations

import copy
import itertools
import json
import re
import ssl
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import trustme
from azure.core.pipeline.transport import HttpTransport, RequestsTransport

from tests.support.identity import TENANT, FakeCredential, audience
from tests.support.services import serving

RESOURCE = "https://vault.azure.net"
SECRET_NAME = r"/secrets/(?P<name>[0-9A-Za-z-]{1,127})"
SECRET = re.compile(rf"{SECRET_NAME}/?")
VERSION = re.compile(rf"{SECRET_NAME}/(?P<version>[0-9a-f]{{32}})/?")
VERSIONS = re.compile(rf"{SECRET_NAME}/versions/?")
MAX_VALUE = 25_600
CHALLENGE = (
    f'Bearer authorization="https://login.microsoftonline.com/{TENANT}", resource="{RESOURCE}"'
)


class RefusalError(Exception):
    """An error answer: HTTP status, Key Vault's code, and a sentence."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}}


NO_SUCH_CALL = RefusalError(HTTPStatus.BAD_REQUEST, "BadParameter", "There is no such operation.")


@dataclass(frozen=True)
class StoredVersion:
    """One version of a secret; `created` is in seconds since 1970."""

    version: str
    value: str
    created: int

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes that every answer shows."""
        return {
            "enabled": True,
            "created": self.created,
            "updated": self.created,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        }


@dataclass
class KeyVault:
    """The vault behind the server. A made-up clock gives each version a second of its own."""

    address: str
    certificates: Path
    page_size: int
    credential: FakeCredential = field(default_factory=FakeCredential)
    url: str = field(default_factory=lambda: f"https://cw-{uuid.uuid4().hex[:16]}.vault.azure.net")
    challenges: int = 0
    refusals: list[RefusalError] = field(default_factory=list)
    _secrets: dict[str, list[StoredVersion]] = field(default_factory=dict)
    _seconds: Iterator[int] = field(default_factory=lambda: itertools.count(1_900_000_000))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def transport(self) -> HttpTransport[Any, Any]:
        """Return a transport that reaches the emulator under the vault's real kind of name."""
        return _Pinned(self.url, self.address, self.certificates)

    def set(self, name: str, value: str) -> dict[str, Any]:
        """Add a version and return its bundle."""
        if not 0 < len(value) <= MAX_VALUE:
            raise RefusalError(
                HTTPStatus.BAD_REQUEST, "BadParameter", "The secret value's size is bad."
            )
        with self._lock:
            stored = StoredVersion(uuid.uuid4().hex, value, next(self._seconds))
            self._secrets.setdefault(name.lower(), []).append(stored)
        return self._bundle(name, stored)

    def get(self, name: str, version: str | None = None) -> dict[str, Any]:
        """Return the bundle of one version, by default the newest."""
        for stored in reversed(self._secrets.get(name.lower(), [])):
            if version in {None, stored.version}:
                return self._bundle(name, stored)
        raise RefusalError(
            HTTPStatus.NOT_FOUND,
            "SecretNotFound",
            f"A secret with (name/id) {'/'.join(filter(None, (name, version)))} was not found in "
            "this key vault.",
        )

    def versions(self, name: str, query: dict[str, str]) -> dict[str, Any]:
        """Return one page of versions, sorted by id, which says nothing about their age."""
        skip = int(query.get("$skiptoken", 0))
        found = sorted(self._secrets.get(name.lower(), []), key=lambda stored: stored.version)
        end = skip + self.page_size
        following = urlencode({**query, "$skiptoken": end})
        link = f"{self.url}:443/secrets/{name}/versions?{following}"
        page = [
            {"id": self._id(name, stored), "attributes": stored.attributes}
            for stored in found[skip:end]
        ]
        return {"value": page, "nextLink": link if end < len(found) else None}

    def _bundle(self, name: str, stored: StoredVersion) -> dict[str, Any]:
        return {
            "value": stored.value,
            "id": self._id(name, stored),
            "attributes": stored.attributes,
        }

    def _id(self, name: str, stored: StoredVersion) -> str:
        return f"{self.url}/secrets/{name}/{stored.version}"


@contextmanager
def key_vault(*, page_size: int = 25) -> Iterator[KeyVault]:
    """Serve an empty vault on 127.0.0.1; `page_size` is the number of versions in one answer."""
    with tempfile.TemporaryDirectory(prefix="causeway-keyvault-") as folder:
        certificates = Path(folder) / "authority.pem"
        vault = KeyVault("", certificates, page_size)
        handler = type("BoundHandler", (_Handler,), {"vault": vault})
        with serving(handler, tls=_certified(certificates)) as port:
            vault.address = f"127.0.0.1:{port}"
            yield vault


def _certified(certificates: Path) -> ssl.SSLContext:
    """Return a server's TLS context for 127.0.0.1 and write the authority's certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(certificates)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


class _Pinned(HttpTransport[Any, Any]):
    """Connects to one address whatever the name, as the hosts file of a machine would."""

    def __init__(self, url: str, address: str, certificates: Path) -> None:
        self._host = urlsplit(url).hostname
        self._address = address
        self._inner = RequestsTransport(connection_verify=str(certificates))

    def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401 - the SDK has two kinds
        """Send the request to the pinned address; its own URL stays as it is."""
        target = urlsplit(request.url)
        if target.hostname != self._host:
            raise ValueError(f"{request.url} is not in the vault {self._host}")
        pinned = copy.copy(request)
        pinned.url = target._replace(netloc=self._address).geturl()
        return self._inner.send(pinned, **options)

    def sleep(self, duration: float) -> None:
        """Let the client's next attempt follow at once."""

    def open(self) -> None:
        """Take up connections."""
        self._inner.open()

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()

    def __exit__(self, *_: object) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    """Speaks the REST API for one vault."""

    vault: KeyVault
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a reading call."""
        self._answer(self._read)

    def do_PUT(self) -> None:
        """Answer a writing call."""
        self._answer(self._write)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep quiet."""

    def _answer(self, call: Callable[[str, bytes], dict[str, Any]]) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        try:
            self._authenticate()
            self._send(HTTPStatus.OK, call(path, content))
        except RefusalError as refusal:
            self._send(refusal.status, refusal.body)

    def _authenticate(self) -> None:
        """Refuse a caller without a token for this resource, or as the test has ordered."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or audience(token) != RESOURCE:
            self.vault.challenges += 1
            raise RefusalError(
                HTTPStatus.UNAUTHORIZED,
                "Unauthorized",
                "AKV10000: Request is missing a Bearer or PoP token.",
            )
        if "api-version" not in self._query():
            raise RefusalError(
                HTTPStatus.BAD_REQUEST, "BadParameter", "api-version must be specified"
            )
        if self.vault.refusals:
            raise self.vault.refusals.pop(0)

    def _query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))

    def _read(self, path: str, _: bytes) -> dict[str, Any]:
        if match := VERSIONS.fullmatch(path):
            return self.vault.versions(match["name"], self._query())
        if match := VERSION.fullmatch(path):
            return self.vault.get(match["name"], match["version"])
        if match := SECRET.fullmatch(path):
            return self.vault.get(match["name"])
        raise NO_SUCH_CALL

    def _write(self, path: str, content: bytes) -> dict[str, Any]:
        if match := SECRET.fullmatch(path):
            return self.vault.set(match["name"], json.loads(content)["value"])
        raise NO_SUCH_CALL

    def _send(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", CHALLENGE)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
