"""Tax rates."""

from __future__ import annotations

from shared_code.model.base import Kind, Number, Shape, SupplementedRecord, promoted
from shared_code.model.shapes import Status, ValidDataTypeLink


class TaxComponent(Shape):
    """A part of a rate; a compound one is levied on the amount with the other parts on top."""

    is_compound: bool
    name: str | None = None
    rate: Number | None = None


class TaxRate(SupplementedRecord):
    """A rate in percent: `effective_tax_rate` with compounding, `total_tax_rate` without."""

    promoted = promoted(
        ("name", Kind.TEXT),
        ("code", Kind.TEXT),
        ("status", Kind.TEXT),
        ("effectiveTaxRate", Kind.NUMBER),
        ("totalTaxRate", Kind.NUMBER),
    )

    status: Status
    name: str | None = None
    code: str | None = None
    effective_tax_rate: Number | None = None
    total_tax_rate: Number | None = None
    components: tuple[TaxComponent, ...] | None = None
    valid_datatype_links: tuple[ValidDataTypeLink, ...] | None = None
