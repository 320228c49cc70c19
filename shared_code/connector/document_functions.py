"""Attachments and PDFs as HTTP triggers of a connector's app."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import azure.functions as func

from shared_code.access import Principal
from shared_code.connector.documents import DocumentReader, File
from shared_code.connector.edge import edge
from shared_code.documents import DocumentKind, DocumentRequest
from shared_code.model import encode
from shared_code.model.accounting.attachment import Attachment, AttachmentsDataset


@dataclass(frozen=True, slots=True)
class DocumentHandler:
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


def register_documents(
    bp: func.Blueprint, platform: str, handler: Callable[[], DocumentHandler]
) -> None:
    """Register a connector's three functions below `connect/<platform>/documents/`.

    `handler` is asked at each request, so that importing the app needs no settings.
    """
    for kind in DocumentKind:
        route = f"connect/{platform}/documents/{kind}"
        routed = bp.route(route=route, methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
        handle = edge(platform, partial(_answer, handler, kind))
        bp.function_name(f"{platform}_document_{kind}")(routed(handle))


def _answer(
    handler: Callable[[], DocumentHandler], kind: DocumentKind, req: func.HttpRequest
) -> func.HttpResponse:
    return handler().answer(kind, req)


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
