"""Call an ASGI app from a test as if it were a server, without a socket."""

from __future__ import annotations

import asyncio

import httpx
from starlette.types import ASGIApp


class AppTransport(httpx.BaseTransport):
    """Serves each request with the app, in an event loop of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give the answer, its body read."""
        return asyncio.run(self._serve(request))

    async def _serve(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=await answer.aread()
        )


def app_client(app: ASGIApp, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client whose relative URLs go to the app."""
    return httpx.Client(transport=AppTransport(app), base_url="http://127.0.0.1", headers=headers)
