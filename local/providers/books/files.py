"""Files that a business keeps with its records: made from the record's id, small, always the same.

About a third of the documents, two thirds of what was spent or received, and a fifth of the
contacts have some. They are pictures of receipts, delivery notes as text, and scans as PDF.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from local.providers.books.model import Contact, Document, DocumentKind

# Of 256, by the first byte of a digest.
_DOCUMENTS_WITH_FILES, _MOVEMENTS_WITH_FILES, _CONTACTS_WITH_FILES, _SECOND_FILE = 86, 171, 51, 96
_MOVEMENTS = (DocumentKind.SPENT, DocumentKind.RECEIVED)
_PNG = b"\x89PNG\r\n\x1a\n"
_SIDE = 8


@dataclass(frozen=True, slots=True)
class File:
    """A file beside a record; `sent_along` if customers see it with the document."""

    id: str
    name: str
    media_type: str
    content: bytes
    sent_along: bool = False


def files_of(record: Contact | Document) -> tuple[File, ...]:
    """Give the files of a contact or a document."""
    count = 2 if _digest(record.id)[1] < _SECOND_FILE else 1
    return tuple(_file(record.id, each) for each in range(count)) if has_files(record) else ()


def has_files(record: Contact | Document) -> bool:
    """Tell whether a contact or a document has files."""
    return _digest(record.id)[0] < _share(record)


def _share(record: Contact | Document) -> int:
    if isinstance(record, Contact):
        return _CONTACTS_WITH_FILES
    return _MOVEMENTS_WITH_FILES if record.kind in _MOVEMENTS else _DOCUMENTS_WITH_FILES


def pdf_of(document: Document) -> bytes:
    """Print a document."""
    number = document.number or document.id
    return pdf(f"{document.kind.replace('_', ' ')} {number}: {document.total} {document.currency}")


def pdf(text: str) -> bytes:
    """Write a page with one line of text."""
    line = text.encode("latin-1", "replace").translate(None, b"()\\")
    drawn = b"BT /F1 12 Tf 72 720 Td (" + line + b") Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 6 0 R>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Font<</F1 5 0 R>>>>",
    )
    body, places = b"%PDF-1.4\n", []
    for position, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%b endobj\n" % (position, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )


def png(colour: bytes) -> bytes:
    """Draw a small square of one colour, given as three bytes."""
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    rows = (b"\0" + colour * _SIDE) * _SIDE
    return b"".join(
        (_PNG, _chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def _file(record_id: str, position: int) -> File:
    digest = _digest(f"{record_id}/{position}")
    name, media_type, make = _KINDS[digest[0] % len(_KINDS)]
    return File(
        id=str(UUID(bytes=digest[:16], version=4)),
        name=name if position == 0 else f"copy of {name}",
        media_type=media_type,
        content=make(digest),
        sent_along=digest[1] % 4 == 0,
    )


def _note(digest: bytes) -> bytes:
    return f"Delivered in good order. Note {digest[:4].hex()}.\n".encode()


_Maker = Callable[[bytes], bytes]
_KINDS: tuple[tuple[str, str, _Maker], ...] = (
    ("receipt.png", "image/png", lambda digest: png(digest[2:5])),
    ("scan.pdf", "application/pdf", lambda digest: pdf(f"Scan {digest[:4].hex()}")),
    ("delivery note.txt", "text/plain", _note),
)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
