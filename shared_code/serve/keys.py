"""API key authentication: nothing is served without a key, unless it is declared public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias

from fastapi import Security
from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared_code.access import Principal
from shared_code.serve.routing import RouteTable

Authenticate: TypeAlias = Callable[[str | None], Principal]
"""Tells whom an `Authorization` header stands for; raises `Unauthorised` or `Forbidden`."""


class KeyRequired:
    """Middleware: lets requests in by their API key, and all requests to public routes."""

    def __init__(self, app: ASGIApp, *, authenticate: Authenticate, public: RouteTable) -> None:
        self._app = app
        self._authenticate = authenticate
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Attach the caller to the request and pass it on."""
        if not self._public.methods(scope["path"]):
            request = Request(scope)
            header = request.headers.get("authorization")
            request.state.principal = await run_in_threadpool(self._authenticate, header)
        await self._app(scope, receive, send)


class _ApiKey(SecurityBase):
    """The documentation's scheme; to an endpoint it gives whom `KeyRequired` let in."""

    scheme_name = "apiKey"
    model = APIKey(
        **{"in": APIKeyIn.header},
        name="Authorization",
        description="`Basic` and the base64 of the API key alone: no user name, no colon.",
    )

    async def __call__(self, request: Request) -> Principal:
        principal: Principal = request.state.principal
        return principal


Caller: TypeAlias = Annotated[Principal, Security(_ApiKey())]
"""The endpoint's parameter that says who calls."""
