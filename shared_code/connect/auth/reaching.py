"""What a fresh grant reaches: asked of the provider, with errors of the tree.

The provider is named in what users are told; the path and the status stay internal.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Literal, TypeVar

import httpx
from pydantic import SecretStr, TypeAdapter, ValidationError

from shared_code.connect.auth.declared import Granted
from shared_code.errors import Abort, Reauthorise, Retry

T = TypeVar("T")


def listed(granted: Granted, url: str, answer: TypeAdapter[T], provider: str) -> T:
    """Read what the grant reaches, in the form that `answer` has; raises errors of the tree."""
    told = _ask(granted, "GET", url)
    _refuse_failure(told, provider)
    try:
        return answer.validate_json(told.content)
    except ValidationError as error:
        raise Retry(
            f"{provider}'s list of organisations could not be read", f"{error.error_count()} errors"
        ) from None


def let_go(granted: Granted, url: str, provider: str) -> None:
    """Delete what gives access; it may be gone already. Raises errors of the tree."""
    told = _ask(granted, "DELETE", url)
    if told.status_code != httpx.codes.NOT_FOUND:
        _refuse_failure(told, provider)


def claims(token: SecretStr) -> dict[str, Any]:
    """Read the claims of a token, if it is one that has any; only to choose by, never to trust."""
    parts = token.get_secret_value().split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        found = json.loads(base64.urlsafe_b64decode(payload))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _ask(granted: Granted, method: Literal["GET", "DELETE"], url: str) -> httpx.Response:
    headers = {**granted.headers, "Accept": "application/json"}
    return granted.http.request(method, url, headers=headers)


def _refuse_failure(told: httpx.Response, provider: str) -> None:
    status = told.status_code
    internal = f"{told.request.method} {told.request.url.path} was answered {status}"
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise Reauthorise(f"{provider} does not accept the connection's access", internal)
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Retry(f"{provider} is in trouble", internal)
    if not told.is_success:
        raise Abort(f"{provider} refused the request", internal)
