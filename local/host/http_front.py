"""HTTP triggers: find the function, check the key, call it, write its answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from multidict import CIMultiDict

from local.host.functions import Hosted
from local.host.keys import Keys, opens
from local.host.messages import HttpCall, HttpReply
from local.host.outputs import Invoker
from local.host.routing import Match, RouteTable, TemplateError
from local.host.settings import Http
from local.host.workers import LostError

LONGEST_URL = 8192
_SLASH = re.compile(r"(%2f)", re.IGNORECASE)
_NOT_OURS = ("content-length", "transfer-encoding", "connection")


class HttpFront:
    """Answers what is below the route prefix, within the limits of `extensions.http`."""

    def __init__(self, invoker: Invoker, keys: Keys, settings: Http) -> None:
        self._invoker, self._keys = invoker, keys
        prefix = settings.route_prefix.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._most = settings.max_outstanding_requests
        self._outstanding = 0
        concurrent = settings.max_concurrent_requests
        self._slots: AbstractAsyncContextManager[None]
        self._slots = asyncio.Semaphore(concurrent) if concurrent > 0 else nullcontext()
        self._functions: Mapping[str, Hosted] = {}
        self._routes = RouteTable(())
        self.broken: str | None = None

    def serve(self, functions: Iterable[Hosted]) -> None:
        """Serve these functions from now on."""
        usable = {
            one.function.name: one
            for one in functions
            if one.trigger == "httpTrigger" and one.error is None
        }
        try:
            self._routes = RouteTable(one.route for one in usable.values())
        except TemplateError as error:
            self._routes, self.broken = RouteTable(()), str(error)
        else:
            self.broken = None
        self._functions = usable

    def url(self, one: Hosted) -> str:
        """The path template of an HTTP function, with prefix and leading slash."""
        return f"/{self._prefix}{one.route.template.lstrip('/')}"

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one request."""
        if self.broken is not None:
            return web.Response(status=503)
        path, _, query = request.raw_path.partition("?")
        match = self._match(request.method, path)
        if match is None:
            return web.Response(status=404)
        one = self._functions[match.route.name]
        if not self._may(request, str(one.fields.get("authLevel", "FUNCTION"))):
            return web.Response(status=401)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if 0 < self._most <= self._outstanding:
            return web.Response(status=429)
        self._outstanding += 1
        try:
            async with self._slots:
                body = await request.read()
                return await self._call(request, one, _call(request, match.params, query, body))
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=500)  # not 413, as on the real host
        finally:
            self._outstanding -= 1

    def _match(self, method: str, path: str) -> Match | None:
        below = _decoded(path)[1:]
        if below[: len(self._prefix)].lower() != self._prefix.lower():
            return None
        return self._routes.match(method, below[len(self._prefix) :])

    def _may(self, request: web.BaseRequest, level: str) -> bool:
        if level.upper() == "ANONYMOUS":
            return True
        given = request.headers.get("x-functions-key") or request.query.get("code")
        admin = level.upper() == "ADMIN"
        return opens(
            given, [self._keys.master] if admin else [self._keys.master, self._keys.default]
        )

    async def _call(
        self, request: web.BaseRequest, one: Hosted, call: HttpCall
    ) -> web.StreamResponse:
        trace = request.headers.get("traceparent", "")
        try:
            result = await self._invoker.run(one.function, call, trace_parent=trace)
        except LostError:
            return web.Response(status=502)
        if result.failure is not None or not isinstance(result.value, HttpReply):
            return web.Response(status=500)
        return _response(result.value)


def _call(request: web.BaseRequest, params: Mapping[str, str], query: str, body: bytes) -> HttpCall:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    values: dict[str, str] = {}
    for name, value in parse_qsl(query):
        values[name] = f"{values[name]},{value}" if name in values else value
    url = f"{request.scheme}://{request.host}{request.raw_path}"
    return HttpCall(request.method, url, headers, values, dict(params), body)


def _response(reply: HttpReply) -> web.Response:
    headers = CIMultiDict(
        (name, value) for name, value in reply.headers if name.lower() not in _NOT_OURS
    )
    return web.Response(status=reply.status, headers=headers, body=reply.body)


def _decoded(path: str) -> str:
    """Decode a path but for its encoded slashes."""
    if "%" not in path:
        return path
    return "".join(p if _SLASH.fullmatch(p) else unquote(p) for p in _SLASH.split(path))
