"""Ask connectors' apps, over HTTP and as the caller, for what needs the provider now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import NoReturn

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from shared_code.catalogue import Integration, by_platform
from shared_code.documents import (
    CONNECTOR_SECONDS,
    CORRELATION_HEADER,
    MAX_BYTES,
    DocumentKind,
    DocumentRequest,
    DocumentTooLarge,
)
from shared_code.errors import Abort, Reject, Retry, Throttled

FORWARDED = "X-Causeway-Forwarded"
"""Marks a request that was passed on once: it is not passed on again."""

AT_ONCE = 10
"""Requests under way to connectors: a host that holds all services must not wait for itself."""

_QUEUE_SECONDS = 10.0
_JSON = "application/json"


class Refused(Reject):
    """The connector's app refused the request, and said why."""

    def __init__(self, status: int, public: str) -> None:
        super().__init__(public)
        self.status = status


class _Problem(BaseModel):
    """A failure as a connector's app tells it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: int = Field(alias="statusCode")
    service: str
    error: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a connector's app answered with."""

    content: bytes
    disposition: str | None


@dataclass(frozen=True, slots=True)
class Connectors:
    """The apps of all connectors, reached by one client."""

    http: httpx.Client

    @classmethod
    def at(cls, root: str, transport: httpx.BaseTransport | None = None) -> Connectors:
        """Reach the connectors below `root`; `transport` takes the network's place."""
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        client = httpx.Client(
            base_url=root,
            transport=transport or httpx.HTTPTransport(limits=limits, trust_env=False),
            timeout=httpx.Timeout(CONNECTOR_SECONDS, pool=_QUEUE_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )
        return cls(client)

    def get(
        self, platform: str, kind: DocumentKind, asked: DocumentRequest, request: Request
    ) -> Document:
        """Get a document as whoever sent `request`; raises what the connector's app says."""
        call = self.http.build_request(
            "GET",
            f"/connect/{platform}/documents/{kind}",
            params=asked.query(),
            headers=_headers(request),
        )
        return self._send(by_platform(platform), call, kind.content_type)

    def put(
        self, platform: str, what: str, body: bytes, query: Mapping[str, str], request: Request
    ) -> Document:
        """Put JSON as whoever sent `request`; raises what the connector's app says."""
        call = self.http.build_request(
            "PUT",
            f"/connect/{platform}/{what}",
            params=query,
            content=body,
            headers={**_headers(request), "Content-Type": _JSON},
        )
        return self._send(by_platform(platform), call, _JSON)

    def _send(self, of: Integration, call: httpx.Request, content_type: str) -> Document:
        try:
            answer = self.http.send(call, stream=True)
            with closing(answer):
                return _document(of, content_type, answer, _body(answer))
        except httpx.TransportError as error:
            raise _silent(of, type(error).__name__) from error


def _headers(request: Request) -> dict[str, str]:
    if FORWARDED in request.headers:
        raise Abort(
            "The platform is not configured completely.",
            "CAUSEWAY_CONNECTORS_URL leads back to this service",
        )
    return {
        "Authorization": request.headers["Authorization"],
        CORRELATION_HEADER: request.state.correlation_id,
        FORWARDED: "1",
    }


def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MAX_BYTES:
            raise DocumentTooLarge
    return bytes(body)


def _document(of: Integration, content_type: str, answer: httpx.Response, body: bytes) -> Document:
    if answer.status_code != httpx.codes.OK:
        _refuse(of, answer, body)
    came = answer.headers.get("Content-Type", "").partition(";")[0]
    if came != content_type:
        raise _silent(of, f"{came[:100]} came instead of {content_type}")
    return Document(body, answer.headers.get("Content-Disposition"))


def _refuse(of: Integration, answer: httpx.Response, body: bytes) -> NoReturn:
    try:
        problem = _Problem.model_validate_json(body)
    except ValidationError:
        raise _silent(of, f"the answer was {answer.status_code}") from None
    if problem.service != of.platform:
        raise _silent(of, f"{problem.service[:100]} answered {answer.status_code}")
    wait = answer.headers.get("Retry-After", "")
    retry_after = float(wait) if wait.isdecimal() else None
    if problem.status == Throttled.status:
        raise Throttled(problem.error, retry_after=retry_after)
    if problem.status == Retry.status:
        raise Retry(problem.error, retry_after=retry_after)
    if problem.status < httpx.codes.INTERNAL_SERVER_ERROR:
        raise Refused(problem.status, problem.error)
    raise Abort(problem.error, f"the connector {of.platform} failed")


def _silent(of: Integration, reason: str) -> Retry:
    return Retry(f"The connector to {of.name} cannot be reached at present.", reason)
