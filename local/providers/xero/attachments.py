"""Xero's attachments: lists, and the files themselves by id or by name."""

from collections.abc import Sequence

from starlette.responses import Response

from local.providers.books.files import File
from local.providers.xero.shapes import Record

READ_ATTACHMENTS = frozenset({"accounting.attachments", "accounting.attachments.read"})
WITH_ATTACHMENTS = frozenset({"Contacts", "CreditNotes", "Invoices"})


def told(files: Sequence[File], url: str) -> list[Record]:
    """Tell a record's attachments; `url` is the list's own address."""
    return [
        {
            "AttachmentID": file.id,
            "FileName": file.name,
            "Url": f"{url}/{file.name}",
            "MimeType": file.media_type,
            "ContentLength": len(file.content),
            "IncludeOnline": file.sent_along,
        }
        for file in files
    ]


def find(files: Sequence[File], key: str) -> Response | None:
    """Answer with the file that has the id or the name; None where there is none."""
    for file in files:
        if key in (file.id, file.name):
            return Response(file.content, media_type=file.media_type)
    return None
