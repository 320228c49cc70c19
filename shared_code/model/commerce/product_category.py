"""Product categories: what the shop's products are sorted into."""

from __future__ import annotations

from shared_code.model.base import Kind, Record, Shape, promoted


class AncestorRef(Shape):
    """A category above this one; `type` is the source's own word."""

    id: str
    type: str


class ProductCategory(Record):
    """A node in the shop's tree of categories."""

    promoted = promoted(("name", Kind.TEXT), ("hasChildren", Kind.BOOLEAN))

    name: str | None = None
    ancestor_refs: tuple[AncestorRef, ...] | None = None
    has_children: bool | None = None
