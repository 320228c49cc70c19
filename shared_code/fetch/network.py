"""The network as calls with a deadline see it: no step of a call begins a wait beyond its end.

A read's own timeout begins anew with each byte that comes, so that an answer whose headers drip
would hold its caller for hours. Here each read, write, connect and handshake gets at most the time
that its call has left. To look a name up is the system's, which has timeouts of its own.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from math import inf

import httpcore
import httpx

TimeLeft = Callable[[], float]
"""The seconds that a call has left."""

_left: ContextVar[TimeLeft] = ContextVar("left", default=lambda: inf)

_NO_LIMITS = httpx.Limits()


@cache
def tls_context() -> ssl.SSLContext:
    """How providers prove who they are; one for all ways, since it takes a while to make."""
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def bounded(left: TimeLeft) -> Iterator[None]:
    """Give what happens on the network in this context no more time than is left."""
    token = _left.set(left)
    try:
        yield
    finally:
        _left.reset(token)


class BoundedTransport(httpx.HTTPTransport):
    """The network, as `httpx` sees it, where calls end with the time that is left to them."""

    def __init__(self, limits: httpx.Limits = _NO_LIMITS) -> None:
        tls = tls_context()
        super().__init__(tls, trust_env=False, limits=limits)
        # httpx lets nobody else choose the network that its pool opens connections on.
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_Network(),
        )


class _Network(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _at_most(timeout, httpcore.ConnectTimeout)
        opened = super().connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(opened)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _at_most(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _at_most(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _at_most(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _at_most(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    left = _left.get()()
    if left <= 0:
        raise late
    if left == inf:
        return timeout
    return left if timeout is None else min(timeout, left)
