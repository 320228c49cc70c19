"""Journals: the books in which entries are grouped."""

from __future__ import annotations

from shared_code.model.base import AccountingRecord, Kind, Timestamp, promoted
from shared_code.model.shapes import Status


class Journal(AccountingRecord):
    """A book of entries; `type` is the source's own word, `parent_id` the journal that it is in."""

    promoted = promoted(
        ("createdOn", Kind.DATETIME),
        ("journalCode", Kind.TEXT),
        ("name", Kind.TEXT),
        ("type", Kind.TEXT),
        ("parentId", Kind.TEXT),
        ("hasChildren", Kind.BOOLEAN),
        ("status", Kind.TEXT),
    )

    status: Status
    has_children: bool
    journal_code: str | None = None
    name: str | None = None
    type: str | None = None
    parent_id: str | None = None
    created_on: Timestamp | None = None
