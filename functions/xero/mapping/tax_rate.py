"""Tax rates, whose key is their tax type."""

from __future__ import annotations

from decimal import Decimal

from functions.xero import native
from functions.xero.mapping.amounts import EXACT, ZERO
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, Vocabulary, reads
from shared_code.model import Metadata
from shared_code.model.accounting.tax_rate import TaxComponent, TaxRate
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import Status

_STATUSES = Vocabulary(
    "status",
    {"ACTIVE": Status.ACTIVE, "ARCHIVED": Status.ARCHIVED, "DELETED": Status.ARCHIVED},
    Status.UNKNOWN,
)


@reads(native.TaxRate)
def map_tax_rate(rate: native.TaxRate, lookups: Lookups) -> TaxRate:
    """Map a tax rate; one that awaits its start (PENDING) has no unified status."""
    del lookups
    unmapped: Unmapped = {}
    return TaxRate(
        id=rate.tax_type,
        status=_STATUSES.translate(rate.status, unmapped),
        name=rate.name,
        code=rate.tax_type,
        effective_tax_rate=rate.effective_rate,
        total_tax_rate=_total(rate),
        components=tuple(
            TaxComponent(is_compound=bool(part.is_compound), name=part.name, rate=part.rate)
            for part in rate.tax_components or ()
        ),
        metadata=Metadata(is_deleted=rate.status == "DELETED"),
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def _total(rate: native.TaxRate) -> Decimal | None:
    """Add up the parts, without compounding, where Xero does not."""
    if rate.display_tax_rate is not None or not rate.tax_components:
        return rate.display_tax_rate
    total = ZERO
    for part in rate.tax_components:
        total = EXACT.add(total, part.rate or ZERO)
    return total
