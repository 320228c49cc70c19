"""ASGI layers around a provider: the recorder of calls, and the misbehaving one."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import format_datetime
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.providers.simulation.calls import Call, CallLedger, without_secrets
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.faults import Action, ActiveFault, Asked, Fault, FaultScript
from local.providers.simulation.spoiling import BLOCK, bomb, spoilt

LOGIN_PAGE = (
    "<!doctype html><html><head><title>Sign in</title></head>"
    "<body><h1>Sign in</h1><form><input name=user><input name=password></form></body></html>"
)
HUGE = 50_000_000
TenantOf = Callable[[Headers], str | None]
Edit = Callable[[str | None, int], None]
"""An edit of so many records in a tenant's books."""


def is_own(path: str) -> bool:
    """Tell the simulator's own pages and controls from the provider's addresses."""
    return path == "/" or path.startswith("/_")


class OwnPages:
    """Lets no other site change anything by way of whoever has its page open, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        answer = None
        if scope["type"] == "http" and is_own(scope["path"]) and scope["method"] != "GET":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin and urlsplit(origin).netloc != headers.get("host"):
                answer = Response(f"Not from {origin}", 403, media_type="text/plain")
        await (answer or self._app)(scope, receive, send)


class Recorder:
    """Enters every call of the provider into the ledger."""

    def __init__(
        self, app: ASGIApp, *, calls: CallLedger, clock: ShiftableClock, tenant_of: TenantOf
    ) -> None:
        self._app, self._calls, self._clock, self._tenant_of = app, calls, clock, tenant_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        call = self._call(scope)
        scope["call"] = call
        await self._calls.begin(call)
        began = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
                dated = format_datetime(self._clock.now(), usegmt=True)
                MutableHeaders(scope=message).setdefault("Date", dated)
            else:
                call.bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counting)
        finally:
            call.milliseconds = round((time.perf_counter() - began) * 1000, 3)
            call.until = self._calls.last_seq
            await self._calls.announce()

    def _call(self, scope: Scope) -> Call:
        headers = Headers(scope=scope)
        detail = {}
        if since := headers.get("if-modified-since"):
            detail["ifModifiedSince"] = since
        return Call(
            seq=self._calls.next_seq(),
            time=self._clock.now(),
            method=scope["method"],
            path=scope["path"],
            query=without_secrets(scope["query_string"].decode("latin-1")),
            tenant=self._tenant_of(headers),
            detail=detail,
        )


class Misbehaviour:
    """Does to calls what the script of faults says; other calls pass."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        script: FaultScript,
        transports: "Transports",
        edits: Mapping[Action, Edit],
    ) -> None:
        self._app, self._script, self._transports = app, script, transports
        self._edits = edits
        self._last: dict[str, Caught] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        call: Call = scope["call"]
        body = ""
        if self._script.wants_body():
            content = await _read(receive)
            body, receive = content.decode("utf-8", "replace"), _again(content, receive)
        taken = self._script.take(
            Asked(
                method=call.method,
                path=call.path,
                query=call.query,
                tenant=call.tenant,
                body=body,
            )
        )
        if taken is None:
            await self._pass(scope, receive, send)
            return
        call.fault = taken.fault.action
        await self._apply(taken, scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the provider answer, and keep the answer where a fault may want it again."""
        if not self._script.wants_memory():
            self._last.clear()
            await self._app(scope, receive, send)
            return
        self._last[scope["path"]] = answer = Caught()
        await self._app(scope, receive, answer)
        await answer.replay(send)

    async def _apply(self, taken: ActiveFault, scope: Scope, receive: Receive, send: Send) -> None:
        fault, action = taken.fault, taken.fault.action
        if action in (Action.HOLD, Action.DELAY, *self._edits):
            await self._meanwhile(taken, scope)
            await self._app(scope, receive, send)
        elif action is Action.RESET:
            await self._transports.reset(scope, receive)
        elif action is Action.REPEAT:
            await self._repeat(taken, scope, receive, send)
        elif action in (Action.STATUS, Action.HTML, Action.BOMB):
            await _scripted(fault)(scope, receive, send)
        elif action is Action.HUGE:
            await _send_huge(fault, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _meanwhile(self, taken: ActiveFault, scope: Scope) -> None:
        """Do what comes between a call and its real answer."""
        fault = taken.fault
        if edit := self._edits.get(fault.action):
            edit(scope["call"].tenant, fault.rows)
        elif fault.action is Action.DELAY:
            await asyncio.sleep(fault.seconds)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(taken.lifted.wait(), fault.seconds or None)

    async def _repeat(self, taken: ActiveFault, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the path's last answer again; the first has none before it, and does not count."""
        if before := self._last.get(scope["path"]):
            await before.replay(send)
            return
        taken.hit -= 1
        await self._pass(scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the provider answer, then lose, cut, slow down or change the answer."""
        answer = Caught()
        await self._app(scope, receive, answer)
        if fault.action is Action.LOSE:
            await self._transports.reset(scope, receive)
        elif fault.action is Action.CUT:
            await send(answer.start)
            limit = len(answer.body) // 2 if fault.bytes is None else fault.bytes
            await send(_body(answer.body[:limit], more=True))
            await self._transports.close(scope, receive)
        elif fault.action is Action.DRIP:
            await send(answer.start)
            await _drip(fault, answer.body, send)
        else:
            answer.change(spoilt(fault, answer.body))
            await answer.replay(send)


class Transports:
    """Open connections by the address of their client, so that a fault can break one."""

    def __init__(self) -> None:
        self.by_client: dict[tuple[str, int], asyncio.Transport] = {}

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Break the connection so that the client sees a reset."""
        transport = self.by_client.get(tuple(scope["client"]))
        if transport is not None:
            connection: socket.socket = transport.get_extra_info("socket")
            linger_not = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
            transport.abort()
        await _gone(receive)

    async def close(self, scope: Scope, receive: Receive) -> None:
        """End the connection after what was sent so far."""
        transport = self.by_client.get(tuple(scope["client"]))
        if transport is not None:
            transport.close()
        await _gone(receive)


class Caught:
    """Catches an answer instead of sending it."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def replay(self, send: Send) -> None:
        """Send the answer, as often as wanted; nothing where none was given."""
        if self.start:
            await send({**self.start, "headers": list(self.start["headers"])})
            await send(_body(self.body))

    def change(self, body: bytes) -> None:
        """Give the answer another body."""
        self.start, self.body = self.start_with_length(len(body)), body

    def start_with_length(self, length: int) -> Message:
        """Give the head of the answer for a body of another length."""
        headers = [each for each in self.start["headers"] if each[0] != b"content-length"]
        length_header = (b"content-length", str(length).encode())
        return {**self.start, "headers": [*headers, length_header]}


def _body(content: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


async def _drip(fault: Fault, body: bytes, send: Send) -> None:
    step = fault.bytes or 1
    for position in range(0, len(body), step):
        await send(_body(body[position : position + step], more=True))
        await asyncio.sleep(fault.seconds)
    await send(_body(b""))


async def _send_huge(fault: Fault, send: Send) -> None:
    """Send one JSON object with a string of the wanted size, a megabyte at a time."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send(_body(b'{"Padding":"', more=True))
    left, block = fault.bytes or HUGE, b"x" * BLOCK
    while left > 0:
        await send(_body(block[:left], more=True))
        left -= len(block)
    await send(_body(b'"}'))


def _scripted(fault: Fault) -> Response:
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if fault.action is Action.BOMB:
        packed = {"Content-Encoding": "gzip", **headers}
        return Response(bomb(fault.bytes or HUGE), fault.status, packed, "application/json")
    if fault.action is Action.HTML:
        page = fault.body if isinstance(fault.body, str) else LOGIN_PAGE
        return HTMLResponse(page, fault.status, headers)
    if isinstance(fault.body, str):
        return Response(fault.body, fault.status, headers, "text/plain")
    content = b"" if fault.body is None else orjson.dumps(fault.body)
    return Response(content, fault.status, headers, "application/json")


async def _read(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return content


def _again(content: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more to the application."""
    messages = [{"type": "http.request", "body": content, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _gone(receive: Receive) -> None:
    """Wait until the server noticed that the connection is broken."""
    while (await receive())["type"] != "http.disconnect":
        pass
