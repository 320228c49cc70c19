"""A provider's limits around its API: refusals, and what remains on every answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.providers.simulation.calls import Call
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.layers import is_own
from local.providers.simulation.limits import Limiter, Limits, Refusal, Remaining


def retry_after(refusal: Refusal) -> Response:
    """Refuse with the seconds to wait."""
    return Response("Too many requests", 429, {"Retry-After": str(refusal.retry_after)})


def silent(_: Remaining) -> Mapping[str, str]:
    """Tell nothing of what remains."""
    return {}


@dataclass(frozen=True, slots=True)
class Limited:
    """The limits, how a call beyond them is refused, and what each answer tells of them."""

    limits: Limits = field(default_factory=Limits)
    refuse: Callable[[Refusal], Response] = retry_after
    tell: Callable[[Remaining], Mapping[str, str]] = silent


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
                remaining = self._limiter.remaining(tenant, self._clock.now())
                MutableHeaders(scope=message).update(dict(self._limited.tell(remaining)))
            await send(message)

        if refusal := self._limiter.admit(tenant, self._clock.now()):
            await self._limited.refuse(refusal)(scope, receive, telling)
            return
        try:
            await self._app(scope, receive, telling)
        finally:
            self._limiter.release(tenant)
