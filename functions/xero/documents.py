"""Xero's attachments, and its documents as PDFs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

from functions.xero import native
from functions.xero.spec import API
from shared_code.model.accounting.attachment import Attachment
from shared_code.spec import Call, Documents

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def _attachments_of(collection: str) -> Callable[[str], Call]:
    return lambda record_id: Call(f"{API}{collection}/{record_id}/Attachments")


def _pdf_of(collection: str) -> Callable[[str], Call]:
    return lambda record_id: Call(
        f"{API}{collection}/{record_id}", headers={"Accept": "application/pdf"}
    )


def parse_attachments(body: bytes) -> Sequence[Attachment]:
    """Read a list of attachments, of which Xero tells no date; ValueError if it is none."""
    page = native.parse_page(body, "Attachments")
    return [_attachment(native.Attachment.model_validate(each)) for each in page.records]


def _attachment(found: native.Attachment) -> Attachment:
    return Attachment(
        id=found.attachment_id,
        name=found.file_name,
        content_type=found.mime_type,
        file_size=found.content_length,
        include_when_sent=found.include_online,
    )


def _download(listing: Call, attachment: Attachment) -> Call:
    """Ask by id, for names may hold anything; Xero wants the type that it told itself."""
    kind = attachment.content_type or ""
    told = kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"
    path = f"{listing.path}/{quote(attachment.id, safe='')}"
    return Call(path, headers={"Accept": "*/*", "contentType": told})


DOCUMENTS = Documents(
    attachments={
        "customers": _attachments_of("Contacts"),
        "suppliers": _attachments_of("Contacts"),
        "invoices": _attachments_of("Invoices"),
        "bills": _attachments_of("Invoices"),
    },
    parse=parse_attachments,
    download=_download,
    pdfs={"invoices": _pdf_of("Invoices")},
    scopes=frozenset({"accounting.attachments", "accounting.attachments.read"}),
)
