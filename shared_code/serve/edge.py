"""The outermost layer of a service: correlation ids, and an answer to whatever goes wrong."""

from __future__ import annotations

import uuid

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from shared_code.errors import Reject
from shared_code.serve.errors import error_response

CORRELATION_HEADER = "X-Correlation-Id"

MAX_BODY_BYTES = 1024 * 1024
"""No request of the API is larger; the host itself would take a hundred times that."""


class TooLarge(Reject):
    """The request's body is larger than anything the API takes."""

    status = 413


class Edge:
    """Middleware: names the request, and turns every error that got this far into an answer."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; other kinds pass by."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        # An edge around this one has named the request already.
        correlation_id = getattr(request.state, "correlation_id", None) or uuid.uuid4().hex
        request.state.service = self._service
        request.state.correlation_id = correlation_id

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[CORRELATION_HEADER] = correlation_id
            await send(message)

        with bound_contextvars(correlation_id=correlation_id, service=self._service):
            await self._answer(request, receive, send_named)

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        try:
            _check_size(request)
            await self._app(request.scope, receive, send)
        # The outermost edge: whatever it is, the client gets an envelope and the log gets a trace.
        except Exception as error:  # noqa: BLE001
            await error_response(request, error)(request.scope, receive, send)


def _check_size(request: Request) -> None:
    size = request.headers.get("content-length", "")
    if size.isdecimal() and int(size) > MAX_BODY_BYTES:
        raise TooLarge(f"The body has {size} bytes; at most {MAX_BODY_BYTES} are allowed.")
