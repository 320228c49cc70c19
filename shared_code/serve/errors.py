"""Every failure as the contract's error envelope: the right status, one sentence, no internals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from shared_code.access import Unauthorised
from shared_code.errors import CausewayError, Reject, Retry, retry_after_seconds
from shared_code.serve.routing import RouteTable
from shared_code.serve.wire import Wire

_UNEXPECTED = "Something unexpected went wrong. Quote the correlation id when you report it."

_log = structlog.get_logger(__name__)


class ValidationItem(Wire):
    """One thing that is wrong with a request."""

    item_id: str = Field(description="Where: the parameter, or the path of the property.")
    message: str = Field(description="What is wrong, and what is allowed.")
    validator_name: str = Field(description="The rule that was broken.")


class Validation(Wire):
    """All that is wrong with a request."""

    errors: list[ValidationItem]


class ErrorMessage(Wire):
    """The body of every answer that is not a success."""

    status_code: int = Field(description="The HTTP status once more.")
    service: str = Field(description="The service that answered.")
    error: str = Field(description="What was wrong and, where that helps, what is allowed.")
    correlation_id: str = Field(description="Names the request in the logs.")
    validation: Validation | None = None
    can_be_retried: str = Field(default="Unknown", description="Always `Unknown`, as a string.")
    detailed_error_code: int = 0


@dataclass(frozen=True, slots=True)
class _Problem:
    status: int
    sentence: str
    validation: Validation | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def error_response(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that failed with `error`; logs what is not the client's own fault.

    An error that the platform does not know becomes a 500 that gives nothing away.
    """
    problem = _problem(request, error)
    if problem.status >= 500:
        internal = error.internal if isinstance(error, CausewayError) else repr(error)
        _log.error("request failed", status=problem.status, reason=internal, exc_info=error)
    message = ErrorMessage(
        status_code=problem.status,
        service=request.state.service,
        error=problem.sentence,
        correlation_id=request.state.correlation_id,
        validation=problem.validation,
    )
    return JSONResponse(message.wire(), problem.status, headers=problem.headers)


def _problem(request: Request, error: Exception) -> _Problem:
    match error:
        case Unauthorised():
            challenge = {"WWW-Authenticate": 'Basic realm="Causeway"'}
            return _Problem(error.status, error.public, headers=challenge)
        case Reject():
            return _Problem(error.status, error.public)
        case Retry():
            headers = {"Retry-After": str(retry_after_seconds(error))}
            return _Problem(error.status, error.public, headers=headers)
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            return _http(request, error)
    return _Problem(500, error.public if isinstance(error, CausewayError) else _UNEXPECTED)


def _http(request: Request, error: HTTPException) -> _Problem:
    asked = f"{request.method} {request.scope['path']}"
    if error.status_code == 404:
        return _Problem(404, f"There is no such resource: {asked}")
    if error.status_code == 405:
        table: RouteTable = request.app.state.routes
        allowed = ", ".join(sorted(table.methods(request.scope["path"])))
        sentence = f"{asked} is not allowed. Allowed methods: {allowed}"
        return _Problem(405, sentence, headers={"Allow": allowed})
    return _Problem(error.status_code, str(error.detail), headers=error.headers or {})


def _invalid(error: RequestValidationError) -> _Problem:
    items = [_item(each) for each in error.errors()]
    sentence = "; ".join(f"{item.item_id}: {item.message}" for item in items)
    return _Problem(400, f"Invalid request. {sentence}", Validation(errors=items))


# pydantic's own description of an error: its values depend on the rule.
def _item(error: Mapping[str, Any]) -> ValidationItem:
    place, *path = error["loc"]
    if error["type"] == "json_invalid":
        position = path[0] if path else 0
        message = f"not valid JSON at character {position}: {error['ctx']['error']}"
        return ValidationItem(item_id="body", message=message, validator_name="json_invalid")
    return ValidationItem(
        item_id=".".join(str(part) for part in path) or str(place),
        message=str(error["msg"]).removeprefix("Value error, "),
        validator_name=error["type"],
    )
