"""Files that a provider keeps with its records."""

from __future__ import annotations

from datetime import datetime

from shared_code.mapping.reading import Named, Text
from shared_code.model.accounting.attachment import Attachment


class ToldAttachment(Named):
    """A file as a provider tells it: its shape inherits this, and says its names as aliases."""

    id: str
    media_type: Text = None
    size: int | None = None
    """In bytes."""
    created: datetime | None = None
    is_sent: bool | None = None
    """Whether the provider sends it along with the record."""


def attachment(told: ToldAttachment) -> Attachment:
    """Write what is known of a file."""
    return Attachment(
        id=told.id,
        name=told.name,
        content_type=told.media_type,
        date_created=told.created,
        file_size=told.size,
        include_when_sent=told.is_sent,
    )
