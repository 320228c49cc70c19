"""Tax components: the taxes that can be on what the shop sells."""

from __future__ import annotations

from shared_code.model.base import Kind, Number, Record, promoted


class CommerceTaxComponent(Record):
    """A tax; `rate` is a percentage, and a compound one is charged on top of the others."""

    promoted = promoted(("name", Kind.TEXT), ("rate", Kind.NUMBER), ("isCompound", Kind.BOOLEAN))

    name: str | None = None
    rate: Number | None = None
    is_compound: bool | None = None
