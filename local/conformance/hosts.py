"""Hosts that people type in are names of the public internet: here all of them are the simulator's.

The connector's own door looks such a name up, refuses what is not public, and calls the address
that it was told. Only the look-up and the far end of that call are the checks'.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import httpx

from shared_code.fetch.door import Door
from shared_code.fetch.places import is_template

ADDRESS = "93.184.215.14"
"""Of every host, as the look-up has it."""


class ToSimulator(httpx.BaseTransport):
    """Takes every call to the simulator, which is told the host that was meant."""

    def __init__(self, url: str) -> None:
        self._url = httpx.URL(url)
        self._inner = httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call the simulator."""
        at = self._url
        return self._inner.handle_request(
            httpx.Request(
                request.method,
                request.url.copy_with(scheme=at.scheme, host=at.host, port=at.port),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def door_of(hosts: Collection[str], url: str) -> Callable[..., Door]:
    """Give the door of production, which leads to the simulator where hosts are typed in."""
    if not any(map(is_template, hosts)):
        return Door
    return partial(Door, transport=ToSimulator(url), look_up=lambda _: [ADDRESS])
