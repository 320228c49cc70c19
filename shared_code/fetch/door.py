"""The way to the declared hosts of a connector, where they may differ from grant to grant.

A host that somebody typed in is called only at addresses of the public internet: names are looked
up here, and the connection goes to the very address that was checked, whatever a second look-up
would say.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from ipaddress import IPv6Network, ip_address
from urllib.parse import urlsplit

import httpx

from shared_code.errors import Abort, Retry
from shared_code.fetch.egress import UNREACHED, Bounds, provider_client
from shared_code.fetch.network import BoundedTransport
from shared_code.fetch.permits import UNLIMITED, Budget
from shared_code.fetch.places import fill, is_template

Resolve = Callable[[str], Sequence[str]]
"""The addresses of a host; raises OSError where it has none."""


_NAT64 = IPv6Network("64:ff9b::/96")
_USUAL = Bounds()


class NotPublic(Abort):
    """The host has an address that is not of the public internet."""

    def __init__(self, host: str) -> None:
        super().__init__("The provider's address is not allowed", f"{host[:260]} is not public")


def resolve(host: str) -> Sequence[str]:
    """Ask the system for a host's addresses."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class PublicOnly(httpx.BaseTransport):
    """A transport that calls addresses of the public internet and no others."""

    def __init__(self, inner: httpx.BaseTransport, look_up: Resolve = resolve) -> None:
        self._inner = inner
        self._look_up = look_up

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call the host at one of its addresses, if all of them are public."""
        *others, last = self._addresses(request.url.host)
        for address in others:
            try:
                return self._inner.handle_request(_pinned(request, address))
            except httpx.ConnectError:
                continue
        return self._inner.handle_request(_pinned(request, last))

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _addresses(self, host: str) -> Sequence[str]:
        try:
            found = self._look_up(host)
        except OSError as error:
            raise Retry(UNREACHED, type(error).__name__) from None
        if not found or not all(is_public(each) for each in found):
            raise NotPublic(host)
        return found


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """Send a request to an address; header and certificate are still the host's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also where IPv6 wraps an IPv4 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if parsed.version == 6:
        wrapped = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo or (None, None))[1]
        if wrapped is not None or parsed in _NAT64:
            return False
    return parsed.is_global and not parsed.is_multicast


class Door:
    """Makes the client with which a grant's provider is called; see `provider_client`.

    `hosts` may have `{names}` of facts: then each grant reaches its own hosts alone. Each call
    takes a permit of `budget`, where its caller takes none.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        transport: httpx.BaseTransport | None = None,
        bounds: Bounds = _USUAL,
        look_up: Resolve = resolve,
        budget: Budget = UNLIMITED,
    ) -> None:
        self._hosts = hosts
        self._budget = budget
        self._bounds = bounds
        typed = any(is_template(urlsplit(host).netloc) for host in hosts)
        # Hosts that share an address must not share a connection: it is one host's, by its TLS.
        limits = httpx.Limits(max_keepalive_connections=0) if typed else httpx.Limits()
        inner = transport or BoundedTransport(limits)
        self._transport = PublicOnly(inner, look_up) if typed else inner
        self.is_one_for_all = not any(is_template(host) for host in hosts)
        self._one = self._client(hosts) if self.is_one_for_all else None

    def to(self, facts: Mapping[str, str]) -> httpx.Client:
        """Give the client for a grant with these facts."""
        return self._one or self._client([fill(host, facts) for host in self._hosts])

    def close(self) -> None:
        """Close the connections of all its clients."""
        self._transport.close()

    def _client(self, hosts: Collection[str]) -> httpx.Client:
        return provider_client(
            hosts,
            transport=self._transport,
            timeout=self._bounds.deadline,
            max_body=self._bounds.max_body,
            budget=self._budget,
        )
