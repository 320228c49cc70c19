"""The health of a service: one HTTP trigger that any function app can have."""

from __future__ import annotations

import json
from collections.abc import Callable

import azure.functions as func
import structlog

from shared_code.errors import CausewayError

_log = structlog.get_logger(__name__)


def health_trigger(
    blueprint: func.Blueprint, service: str, *, check: Callable[[], object] | None = None
) -> None:
    """Register `<service>_health` at `health/<service>`: 200, or 503 where `check` raises.

    `check` is called at each request; it should ask what the service cannot do without.
    """

    def handle(req: func.HttpRequest) -> func.HttpResponse:
        del req
        status = _health(service, check)
        body = json.dumps({"service": service, "status": status})
        return func.HttpResponse(
            body, status_code=200 if status == "ok" else 503, mimetype="application/json"
        )

    routed = blueprint.route(
        route=f"health/{service}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS
    )
    blueprint.function_name(f"{service}_health")(routed(handle))


def _health(service: str, check: Callable[[], object] | None) -> str:
    try:
        if check:
            check()
    except CausewayError as error:
        _log.error("service is not healthy", service=service, reason=error.internal)
        return "unavailable"
    # Whatever it is: who asks for the health is told of it, and nothing else.
    except Exception as error:  # noqa: BLE001
        _log.exception("service is not healthy", service=service, reason=repr(error))
        return "unavailable"
    return "ok"
