"""Transaction categories: what banking transactions are sorted into."""

from __future__ import annotations

from shared_code.model.base import Kind, Record, promoted
from shared_code.model.shapes import Status


class TransactionCategory(Record):
    """A node in the source's tree of categories; one without a parent stands at the top."""

    promoted = promoted(
        ("name", Kind.TEXT),
        ("parentId", Kind.TEXT),
        ("hasChildren", Kind.BOOLEAN),
        ("status", Kind.TEXT),
    )

    name: str
    parent_id: str | None = None
    has_children: bool | None = None
    status: Status | None = None
