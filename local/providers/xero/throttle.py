"""Xero's limits around the API: refusals, and what remains on every answer."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.limits import Limiter
from local.providers.xero.answers import too_many

LIMITED = "/api.xro/"


def tenant_of(headers: Headers) -> str | None:
    """Read the tenant that a call is about."""
    return headers.get("xero-tenant-id")


class Throttle:
    """Counts calls by tenant, before tokens are looked at."""

    def __init__(self, app: ASGIApp, *, limiter: Limiter, clock: ShiftableClock) -> None:
        self._app, self._limiter, self._clock = app, limiter, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or not scope["path"].lower().startswith(LIMITED):
            await self._app(scope, receive, send)
            return
        tenant = tenant_of(Headers(scope=scope)) or ""

        async def with_remaining(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell_remaining(tenant, MutableHeaders(scope=message))
            await send(message)

        if refusal := self._limiter.admit(tenant, self._clock.now()):
            await too_many(refusal)(scope, receive, with_remaining)
            return
        try:
            await self._app(scope, receive, with_remaining)
        finally:
            self._limiter.release(tenant)

    def _tell_remaining(self, tenant: str, headers: MutableHeaders) -> None:
        remaining = self._limiter.remaining(tenant, self._clock.now())
        headers["X-DayLimit-Remaining"] = str(remaining.day)
        headers["X-MinLimit-Remaining"] = str(remaining.minute)
        headers["X-AppMinLimit-Remaining"] = str(remaining.app_minute)
