"""The one door to providers: only declared hosts, bounded answers, no redirects, no proxies.

A connector declares the base URLs it may call; every call of a grant, a link or a sync goes through
a client made here. The body is read and decoded before the answer is handed out, so that nobody
above holds an answer that is still coming in.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import httpx

from shared_code.errors import Abort, AnswerLost, Retry
from shared_code.fetch.network import BoundedTransport, TimeLeft, bounded
from shared_code.fetch.permits import UNLIMITED, Budget, Metered

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a decoded body."""

DEADLINE = 60.0
"""Seconds from the start of a call to the last byte of its answer."""

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0

TOO_LONG = "The provider took too long to answer"
UNREACHED = "The provider could not be reached"

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_MEMBER = b"\x1f\x8b"
_OWN_HEADERS = {"content-encoding", "content-length", "transfer-encoding"}
_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]
"""Scheme, host and port of a URL."""


class HostNotDeclared(Abort):
    """The call goes to a host that the connector did not declare, or in plain text."""

    def __init__(self, url: httpx.URL) -> None:
        super().__init__(
            "The provider's address is not allowed",
            f"{url.scheme}://{url.host}:{_port(url)} is not among the declared hosts",
        )


class AnswerTooLarge(Abort):
    """The decoded body has more bytes than it may have."""


def provider_client(
    hosts: Collection[str],
    *,
    transport: httpx.BaseTransport | None = None,
    timeout: float = DEADLINE,
    max_body: int = MAX_BODY,
    budget: Budget = UNLIMITED,
) -> httpx.Client:
    """Make the client for a provider whose base URLs are `hosts`; `timeout` bounds a whole call.

    `max_body` is what a decoded answer may have, in bytes; calls take their permits of `budget`.

    Its calls raise `HostNotDeclared`, `AnswerTooLarge`, and `Retry` for whatever goes wrong on the
    way. `transport` takes the network's place. Raises `HostNotDeclared` for a base URL in plain
    text that leaves the machine.
    """
    egress = Egress(transport or BoundedTransport(), hosts, bounds=Bounds(timeout, max_body))
    return httpx.Client(
        transport=Metered(egress, budget),
        timeout=httpx.Timeout(min(timeout, READ_SECONDS), connect=min(timeout, CONNECT_SECONDS)),
        headers={"Accept-Encoding": "gzip", "User-Agent": "Causeway"},
        # A client serves many grants: what one company's answer sets must go with no other's calls.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one call may take: seconds to the last byte, bytes of a decoded body."""

    deadline: float = DEADLINE
    max_body: int = MAX_BODY


class Egress(httpx.BaseTransport):
    """A transport that lets only declared origins be called, and reads bounded answers."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        hosts: Collection[str],
        *,
        bounds: Bounds = Bounds(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._origins = {_declared(httpx.URL(host)) for host in hosts}
        self._bounds = bounds
        self._monotonic = monotonic

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call a declared origin; the answer's body is complete and decoded."""
        if _origin(request.url) not in self._origins:
            raise HostNotDeclared(request.url)
        ends = self._monotonic() + self._bounds.deadline

        def left() -> float:
            return ends - self._monotonic()

        with _translated(), bounded(left):
            answer = self._inner.handle_request(request)
            try:
                body = self._read(answer, left)
            finally:
                answer.close()
        return _complete(answer, body)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _read(self, answer: httpx.Response, left: TimeLeft) -> bytes:
        if not isinstance(answer.stream, httpx.SyncByteStream):
            raise Abort("The provider's answer could not be read", "not a synchronous stream")
        pieces, size = list[bytes](), 0
        for piece in _decoded(self._in_time(answer.stream, left), answer.headers):
            pieces.append(piece)
            size += len(piece)
            if size > self._bounds.max_body:
                raise AnswerTooLarge(
                    f"The provider's answer is larger than {self._bounds.max_body} bytes"
                )
        return b"".join(pieces)

    def _in_time(self, pieces: Iterable[bytes], left: TimeLeft) -> Iterator[bytes]:
        for piece in pieces:
            if left() < 0:
                raise AnswerLost(TOO_LONG, f"over {self._bounds.deadline} s")
            yield piece


@contextmanager
def _translated() -> Iterator[None]:
    """Raise errors of the tree; those of httpx may quote in their text what was sent."""
    try:
        yield
    except httpx.ReadTimeout:
        trouble: Retry = AnswerLost(TOO_LONG, "ReadTimeout")
    except (httpx.ReadError, httpx.RemoteProtocolError) as error:
        trouble = AnswerLost(UNREACHED, type(error).__name__)
    except httpx.TransportError as error:
        trouble = Retry(UNREACHED, type(error).__name__)
    else:
        return
    raise trouble


def _decoded(pieces: Iterable[bytes], headers: httpx.Headers) -> Iterator[bytes]:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return iter(pieces)
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _inflated(pieces)
    raise Abort("The provider's answer could not be read", f"content encoding {encoding[:40]!r}")


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Inflate in bounded steps: a small piece may stand for gigabytes."""
    inflater, empty = zlib.decompressobj(_GZIP_OR_ZLIB), True
    try:
        for piece in pieces:
            empty = empty and not piece
            rest = piece
            while rest:
                if inflater.eof:
                    # Another member, or what some put behind a body.
                    if not _MEMBER.startswith(rest[:2]):
                        break
                    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
                yield inflater.decompress(rest, MAX_BODY)
                rest = inflater.unconsumed_tail or inflater.unused_data
    except zlib.error as error:
        reason = f"inflating: {error}"
        raise AnswerLost("The provider's answer could not be read", reason) from None
    if not (inflater.eof or empty):
        raise AnswerLost("The provider's answer could not be read", "the compressed body was cut")


def _complete(answer: httpx.Response, body: bytes) -> httpx.Response:
    headers = [(k, v) for k, v in answer.headers.multi_items() if k not in _OWN_HEADERS]
    return httpx.Response(answer.status_code, headers=headers, content=body)


def _declared(url: httpx.URL) -> Origin:
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise HostNotDeclared(url)
    return _origin(url)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, _port(url)


def _port(url: httpx.URL) -> int:
    return url.port or _PORTS.get(url.scheme, 0)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
