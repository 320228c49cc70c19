"""A provider's limits around its API: refusals, and what remains on every answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.providers.simulation.calls import Call
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.layers import Caught, is_own
from local.providers.simulation.limits import Limiter, Limits, Refusal, Remaining

Json = dict[str, object]


def retry_after(refusal: Refusal) -> Response:
    """Refuse with the seconds to wait."""
    return Response("Too many requests", 429, {"Retry-After": str(refusal.retry_after)})


def silent(_: Remaining) -> Mapping[str, str]:
    """Tell nothing of what remains."""
    return {}


@dataclass(frozen=True, slots=True)
class Bill:
    """The points that a call was held to cost, those that it took, and what remains."""

    asked: int
    taken: int
    remaining: Remaining


@dataclass(frozen=True, slots=True)
class Points:
    """What calls cost where a limit counts points, and how answers tell it.

    `asked` is reserved before the call is served, `taken` is what its answer makes of it, and
    `tell` gives what goes into the answer's JSON object beside the rest.
    """

    asked: Callable[[Request], int]
    """By the address and the headers: the body is not read yet."""
    taken: Callable[[Json], int]
    tell: Callable[[Bill], Json]


@dataclass(frozen=True, slots=True)
class Limited:
    """The limits, how a call beyond them is refused, and what each answer tells of them."""

    limits: Limits = field(default_factory=Limits)
    refuse: Callable[[Refusal], Response] = retry_after
    tell: Callable[[Remaining], Mapping[str, str]] = silent
    points: Points | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Which calls count, and for whom."""

    is_api: Callable[[str], bool]
    """By path."""
    tenant_of: Callable[[Request], str]


class Throttle:
    """Counts the API's calls by tenant, before tokens are looked at."""

    def __init__(
        self, app: ASGIApp, limited: Limited, counted: Counted, at: tuple[Limiter, ShiftableClock]
    ) -> None:
        self._app, self._limited, self._counted = app, limited, counted
        self._limiter, self._clock = at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        if not self._counted.is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        tenant = self._counted.tenant_of(Request(scope))
        call: Call = scope["call"]
        call.tenant = tenant or call.tenant

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = self._limited.tell(self._remaining(tenant))
                MutableHeaders(scope=message).update(dict(told))
            await send(message)

        await self._serve(tenant, scope, receive, telling)

    async def _serve(self, tenant: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a call if it is admitted; where calls cost points, its answer tells how many."""
        call, points = scope["call"], self._limited.points
        asked = taken = points.asked(Request(scope)) if points else 1
        if refusal := self._limiter.admit(tenant, self._clock.now(), asked):
            call.detail["limit"] = refusal.problem
            await self._limited.refuse(refusal)(scope, receive, send)
            return
        answer = Caught()
        try:
            await self._app(scope, receive, answer if points else send)
            if points and (content := _object(answer.body)) is not None:
                taken = points.taken(content)
        finally:
            self._limiter.release(tenant, asked - taken)
        if points:
            call.detail["points"] = str(taken)
            bill = Bill(asked, taken, self._remaining(tenant))
            await _billed(answer, points.tell(bill)).replay(send)

    def _remaining(self, tenant: str) -> Remaining:
        return self._limiter.remaining(tenant, self._clock.now())


def _object(body: bytes) -> Json | None:
    """Read the JSON object of an answer; None if it is something else."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _billed(answer: Caught, told: Json) -> Caught:
    """Put more into an answer that is a JSON object, and leave what it says to the letter."""
    if _object(answer.body) is not None:
        inside = answer.body.strip()[1:-1].strip()
        parts = filter(None, [inside, orjson.dumps(told)[1:-1]])
        answer.change(b"{" + b",".join(parts) + b"}")
    return answer
