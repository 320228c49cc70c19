"""Read what token endpoints answer, which may be anything.

Nothing of it may get into a log: errors say which endpoint, which status and which error code, and
no more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shared_code.connect.auth.declared import DEFAULT_LIFE, TokenEndpoint
from shared_code.custody.grants import FOREVER
from shared_code.errors import Abort, AnswerLost, CausewayError, Reauthorise, Retry
from shared_code.fetch.provider import retry_after

LONGEST_LIFE = timedelta(days=30)

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_MAX_SCOPE = 16_384
_TRANSIENT = {"temporarily_unavailable", "server_error", "slow_down"}


def is_token(text: str) -> bool:
    """Whether a text may go into a header as a token."""
    return bool(_TOKEN.fullmatch(text))


def _printable(token: SecretStr) -> SecretStr:
    """Refuse a token that could break out of a header."""
    if not is_token(token.get_secret_value()):
        raise ValueError("not a token")
    return token


Token = Annotated[SecretStr, AfterValidator(_printable)]
"""A token that goes into a header as it is."""


class GrantedTokens(BaseModel):
    """What of a token endpoint's answer we use."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: Token
    refresh_token: Token | None = None
    # Providers put anything here: see `ends_at`.
    expires_in: object = None
    expires_at: object = None
    scope: str | None = Field(None, max_length=_MAX_SCOPE)


def read_tokens(
    answer: httpx.Response, renamed: Mapping[str, str]
) -> tuple[GrantedTokens, Mapping[str, object]] | None:
    """Read the tokens and the whole answer; None where it has no tokens."""
    body = read_object(answer) or {}
    if not answer.is_success:
        return None
    named = {name: body.get(renamed.get(name, name)) for name in GrantedTokens.model_fields}
    try:
        return GrantedTokens.model_validate(named), body
    except ValidationError:
        return None


def read_object(answer: httpx.Response) -> Mapping[str, object] | None:
    """Read an answer that is a JSON object; None for HTML, cut text and other things."""
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def error_code(body: Mapping[str, object] | None) -> str:
    """Give the answer's error code if it looks like one; free text may quote a secret."""
    for name in ("error", "error_code"):
        code = (body or {}).get(name)
        if isinstance(code, str) and re.fullmatch(r"[A-Za-z_]{1,40}", code):
            return code.lower()
    return ""


def fault(spec: TokenEndpoint, answer: httpx.Response, now: datetime) -> CausewayError:
    """Say what a token endpoint's failure means for the one who asked."""
    body = read_object(answer)
    code = error_code(body)
    internal = f"{answer.request.url.path} answered {answer.status_code}, error {code!r}"
    status = answer.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after(answer.headers.get("Retry-After"), now)
        return Retry("The provider asked to wait", internal, retry_after=wait)
    if answer.is_success and not code:
        return AnswerLost("The provider's sign-in service gave no tokens", internal)
    if body is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _TRANSIENT:
        return Retry("The provider's sign-in service is in trouble", internal)
    if code in spec.dead_codes:
        return Reauthorise("The provider does not accept the connection's access", internal)
    return Abort("The provider refused this application", internal)


def ends_at(granted: GrantedTokens, declared: timedelta | None, now: datetime) -> datetime:
    """When a token runs out: by the answer, else as declared (None: never)."""
    if granted.expires_in is None and granted.expires_at is not None:
        moment = _moment(granted.expires_at)
        if moment is not None and moment > now:
            return min(moment, now + LONGEST_LIFE)
    if granted.expires_in is None and declared is None:
        return FOREVER
    return now + life(granted.expires_in, declared or DEFAULT_LIFE)


def life(expires_in: object, declared: timedelta = DEFAULT_LIFE) -> timedelta:
    """How long a token lives by `expires_in`; as declared where that is no sensible number."""
    seconds = _number(expires_in)
    if seconds is None or not seconds >= 1:
        return declared
    return timedelta(seconds=min(seconds, LONGEST_LIFE.total_seconds()))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
