"""Attachments: the files that a source keeps with a record. They are answered, never kept."""

from __future__ import annotations

from shared_code.model.base import Record, Shape, Timestamp


class Attachment(Record):
    """A file's description; its size is in bytes.

    `include_when_sent` says whether the source sends it along with the document.
    """

    name: str | None = None
    content_type: str | None = None
    date_created: Timestamp | None = None
    file_size: int | None = None
    include_when_sent: bool | None = None


class AttachmentsDataset(Shape):
    """All attachments of a record, unpaged."""

    attachments: tuple[Attachment, ...]
