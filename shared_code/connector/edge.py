"""The HTTP edge of what a connector's app answers to other services, as their own caller.

Whoever asks shows an API key of its own, which is checked here as anywhere. Failures have the parts
of the API's envelope that the service in front passes on.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import azure.functions as func
import structlog
from structlog.contextvars import bound_contextvars

from shared_code.documents import CORRELATION_HEADER
from shared_code.errors import CausewayError, Reject, Retry, retry_after_seconds

_UNEXPECTED = "Something unexpected went wrong. Quote the correlation id when you report it."

_log = structlog.get_logger(__name__)

Answer = Callable[[func.HttpRequest], func.HttpResponse]
"""Answers a request; raises the errors of the tree."""


def edge(platform: str, answer: Answer) -> Answer:
    """Make the handler of a trigger, which always answers."""

    def handle(req: func.HttpRequest) -> func.HttpResponse:
        named = req.headers.get(CORRELATION_HEADER.lower(), "")
        correlation_id = named if named.isalnum() else uuid.uuid4().hex
        with bound_contextvars(correlation_id=correlation_id, service=platform):
            try:
                return answer(req)
            # The outermost edge: whatever it is, the caller gets a sentence and the log a trace.
            except Exception as error:  # noqa: BLE001
                return _problem(error, {"service": platform, "correlationId": correlation_id})

    return handle


def _problem(error: Exception, about: dict[str, object]) -> func.HttpResponse:
    status = error.status if isinstance(error, Reject | Retry) else 500
    known = error if isinstance(error, CausewayError) else None
    if status >= 500:
        reason = known.internal if known else repr(error)
        trace = None if known else error
        _log.error("forwarded request failed", status=status, reason=reason, exc_info=trace)
    sentence = known.public if known else _UNEXPECTED
    body = {"statusCode": status, "error": sentence, **about}
    waits = {"Retry-After": str(retry_after_seconds(error))} if isinstance(error, Retry) else {}
    return func.HttpResponse(
        json.dumps(body), status_code=status, headers=waits, mimetype="application/json"
    )
