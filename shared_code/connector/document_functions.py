"""Attachments and PDFs as HTTP triggers of a connector's app.

Whoever asks shows an API key of its own, which is checked here as anywhere. Failures have the parts
of the API's envelope that the data API passes on.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import azure.functions as func
import structlog
from structlog.contextvars import bound_contextvars

from shared_code.access import Principal
from shared_code.connector.documents import DocumentReader, File
from shared_code.documents import CORRELATION_HEADER, DocumentKind, DocumentRequest
from shared_code.errors import CausewayError, Reject, Retry, retry_after_seconds
from shared_code.model import encode
from shared_code.model.accounting.attachment import Attachment, AttachmentsDataset

_UNEXPECTED = "Something unexpected went wrong. Quote the correlation id when you report it."

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who may ask, and who reads."""

    authenticate: Callable[[str | None], Principal]
    """Tells whom an `Authorization` header stands for."""
    reader: DocumentReader

    def answer(self, kind: DocumentKind, req: func.HttpRequest) -> func.HttpResponse:
        """Answer a request; raises the errors of the tree."""
        caller = self.authenticate(req.headers.get("authorization"))
        asked = DocumentRequest.of(req.params)
        match kind:
            case DocumentKind.ATTACHMENTS:
                return _list(self.reader.attachments(caller, asked))
            case DocumentKind.ATTACHMENT:
                return _file(kind, self.reader.attachment(caller, asked))
            case DocumentKind.PDF:
                return _file(kind, self.reader.pdf(caller, asked))


def register_documents(bp: func.Blueprint, platform: str, desk: Callable[[], Desk]) -> None:
    """Register a connector's three functions below `connect/<platform>/documents/`.

    `desk` is asked at each request, so that importing the app needs no settings.
    """
    for kind in DocumentKind:
        route = f"connect/{platform}/documents/{kind}"
        routed = bp.route(route=route, methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
        handle = _handler(platform, kind, desk)
        bp.function_name(f"{platform}_document_{kind}")(routed(handle))


def _handler(
    platform: str, kind: DocumentKind, desk: Callable[[], Desk]
) -> Callable[[func.HttpRequest], func.HttpResponse]:
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        named = req.headers.get(CORRELATION_HEADER.lower(), "")
        correlation_id = named if named.isalnum() else uuid.uuid4().hex
        with bound_contextvars(correlation_id=correlation_id, service=platform):
            try:
                return desk().answer(kind, req)
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
        _log.error("document request failed", status=status, reason=reason, exc_info=trace)
    sentence = known.public if known else _UNEXPECTED
    body = {"statusCode": status, "error": sentence, **about}
    waits = {"Retry-After": str(retry_after_seconds(error))} if isinstance(error, Retry) else {}
    return func.HttpResponse(
        json.dumps(body), status_code=status, headers=waits, mimetype="application/json"
    )


def _list(found: Sequence[Attachment]) -> func.HttpResponse:
    body = encode(AttachmentsDataset(attachments=tuple(found)))
    return func.HttpResponse(body, mimetype=DocumentKind.ATTACHMENTS.content_type)


def _file(kind: DocumentKind, file: File) -> func.HttpResponse:
    headers = {
        "Content-Disposition": content_disposition(file.name),
        "X-Content-Type-Options": "nosniff",
    }
    return func.HttpResponse(file.content, headers=headers, mimetype=kind.content_type)


def content_disposition(name: str) -> str:
    """Tell a browser to save a file, never to show it; `name` is a safe one."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
