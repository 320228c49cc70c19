"""Xero's limits around the API: how a call is refused, and what remains on every answer."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request

from local.providers.kit.throttle import Counted, Limited
from local.providers.simulation.limits import Remaining
from local.providers.xero.answers import too_many


def tenant_of(headers: Headers) -> str | None:
    """Read the tenant that a call is about."""
    return headers.get("xero-tenant-id")


def _tell(remaining: Remaining) -> Mapping[str, str]:
    return {
        "X-DayLimit-Remaining": str(remaining.day),
        "X-MinLimit-Remaining": str(remaining.minute),
        "X-AppMinLimit-Remaining": str(remaining.app_minute),
    }


def _named(request: Request) -> str:
    return tenant_of(request.headers) or ""


LIMITED = Limited(refuse=too_many, tell=_tell)
COUNTED = Counted(lambda path: path.lower().startswith("/api.xro/"), _named)
