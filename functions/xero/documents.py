"""Xero's attachments, and its documents as PDFs."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from functions.xero import native
from functions.xero.spec import API
from shared_code.model.accounting.attachment import Attachment
from shared_code.spec import Call, Documents, by_id, media_type_of

_OF_CONTACTS = by_id(API + "Contacts/{id}/Attachments")
_OF_INVOICES = by_id(API + "Invoices/{id}/Attachments")


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
    path = f"{listing.path}/{quote(attachment.id, safe='')}"
    return Call(path, headers={"Accept": "*/*", "contentType": media_type_of(attachment)})


DOCUMENTS = Documents(
    attachments={
        "customers": _OF_CONTACTS,
        "suppliers": _OF_CONTACTS,
        "invoices": _OF_INVOICES,
        "bills": _OF_INVOICES,
    },
    parse=parse_attachments,
    download=_download,
    pdfs={"invoices": by_id(API + "Invoices/{id}", {"Accept": "application/pdf"})},
    scopes=frozenset({"accounting.attachments", "accounting.attachments.read"}),
)
