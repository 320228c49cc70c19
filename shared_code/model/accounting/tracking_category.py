"""Tracking categories: departments, regions, projects and the like, in a tree."""

from __future__ import annotations

from shared_code.model.base import AccountingRecord, Kind, promoted
from shared_code.model.shapes import Status


class TrackingCategory(AccountingRecord):
    """A category; `parent_id` is the one above it, and lines carry the leaves."""

    promoted = promoted(
        ("name", Kind.TEXT),
        ("parentId", Kind.TEXT),
        ("hasChildren", Kind.BOOLEAN),
        ("status", Kind.TEXT),
    )

    status: Status
    has_children: bool
    name: str | None = None
    parent_id: str | None = None


class TrackingCategoryTree(TrackingCategory):
    """A category with all that is below it, as reading a single one gives it."""

    sub_categories: tuple[TrackingCategoryTree, ...] | None = None
