"""Tracking categories and their options: a tree of two levels, whose leaves lines carry."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, reads
from shared_code.model import Metadata
from shared_code.model.accounting.tracking_category import TrackingCategory
from shared_code.model.shapes import Status

_STATUSES = Vocabulary(
    "status",
    {"ACTIVE": Status.ACTIVE, "ARCHIVED": Status.ARCHIVED, "DELETED": Status.ARCHIVED},
    Status.UNKNOWN,
)


@reads(native.TrackingCategory)
def map_tracking_category(category: native.TrackingCategory, lookups: Lookups) -> TrackingCategory:
    """Map a category or an option; an unknown status's word has no place in this type."""
    del lookups
    unmapped: Unmapped = {}
    return TrackingCategory(
        id=category.id,
        name=category.name,
        parent_id=category.parent_id,
        has_children=category.has_options,
        status=_STATUSES.translate(category.status, unmapped),
        metadata=Metadata(is_deleted=category.status == "DELETED"),
    )
