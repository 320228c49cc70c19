"""The organisation to company info."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.places import map_addresses, map_phones
from functions.xero.mapping.reading import Unmapped, Vocabulary, midnight, reads
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import WebLink, WebLinkType

_LINKS = Vocabulary(
    "webLinks.type",
    {
        "WEBSITE": WebLinkType.WEBSITE,
        "FACEBOOK": WebLinkType.SOCIAL,
        "GOOGLEPLUS": WebLinkType.SOCIAL,
        "LINKEDIN": WebLinkType.SOCIAL,
        "TWITTER": WebLinkType.SOCIAL,
    },
    WebLinkType.UNKNOWN,
)


@reads(native.Organisation)
def map_company(organisation: native.Organisation, lookups: Lookups) -> CompanyInfo:
    """Map an organisation; the later of its two lock dates is the one that binds."""
    del lookups
    unmapped: Unmapped = {}
    locks = (organisation.period_lock_date, organisation.end_of_year_lock_date)
    return CompanyInfo(
        company_name=organisation.name,
        accounting_platform_ref=organisation.organisation_id,
        company_legal_name=organisation.legal_name,
        addresses=map_addresses(organisation.addresses, unmapped),
        phone_numbers=map_phones(organisation.phones, unmapped),
        web_links=_map_links(organisation.external_links, unmapped),
        ledger_lock_date=midnight(max(filter(None, locks), default=None)),
        registration_number=organisation.registration_number,
        tax_number=organisation.tax_number,
        financial_year_start_date=midnight(_financial_year_start(organisation)),
        base_currency=organisation.base_currency,
        created_date=organisation.created_date_utc,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def _map_links(
    links: Iterable[native.ExternalLink] | None, unmapped: Unmapped
) -> tuple[WebLink, ...]:
    return tuple(
        WebLink(type=_LINKS.translate(link.link_type, unmapped), url=link.url)
        for link in links or ()
        if link.url
    )


def _financial_year_start(organisation: native.Organisation) -> date | None:
    """Find the start of the year that ran when Xero described the organisation.

    Mapping has no clock: the answer's own time says which year it was, else that of the creation.
    """
    as_of = organisation.date_time_utc or organisation.created_date_utc
    day, month = organisation.financial_year_end_day, organisation.financial_year_end_month
    if as_of is None or day is None or month is None or not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    if not date.min.year + 1 < as_of.year < date.max.year:
        return None
    this_year = _day_after(as_of.year, month, day)
    return this_year if this_year <= as_of.date() else _day_after(as_of.year - 1, month, day)


def _day_after(year: int, month: int, day: int) -> date:
    """Give the day after a year's end; a day that the month lacks is its last one."""
    last = monthrange(year, month)[1]
    # In a leap year, books that end on 28 February end on the 29th.
    ends = last if month == 2 and day >= 28 else min(day, last)
    return date(year, month, ends) + timedelta(days=1)
