"""Whose books they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared_code.mapping.books import Books
from shared_code.mapping.days import financial_year_start, midnight
from shared_code.mapping.places import UNTYPED, PlaceWords, ToldAddress, ToldPhone
from shared_code.mapping.reading import Named, Native, Text
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import WebLink, WebLinkType

_UNTYPED = Vocabulary("webLinks.type", {WebLinkType.UNKNOWN: ()})


class ToldLink(Native):
    """A page of the company elsewhere, as a provider tells it."""

    type: Text = None
    url: Text = None


class ToldCompany(Named):
    """A company as a provider tells it: its shape inherits this, and says its names as aliases.

    Properties are for the shape to write anew, where the provider tells what they ask.
    """

    legal_name: Text = None
    currency: Text = None
    """In which it keeps its books."""
    country: Text = None
    """As two letters."""
    registration_number: Text = None
    tax_number: Text = None
    year_end_month: int | None = None
    year_end_day: int | None = None
    """The last day of its financial years."""
    created: datetime | None = None
    told_at: datetime | None = None
    """When the provider said this: mapping has no clock to know by which year runs."""
    addresses: Sequence[ToldAddress] = ()
    phones: Sequence[ToldPhone] = ()
    links: Sequence[ToldLink] = ()

    @property
    def locked_until(self) -> date | None:
        """The day up to which nothing may be entered any more."""
        return None


@dataclass(frozen=True, slots=True)
class CompanyWords:
    """A provider's words for what belongs to companies."""

    places: PlaceWords = UNTYPED
    links: Vocabulary[WebLinkType] = _UNTYPED


def company(told: ToldCompany, _: Books, words: CompanyWords) -> CompanyInfo:
    """Write a company; the financial year is that of when it was told, else of its creation."""
    unmapped: Unmapped = {}
    as_of = told.told_at or told.created
    year = financial_year_start(as_of and as_of.date(), told.year_end_month, told.year_end_day)
    return CompanyInfo(
        company_name=told.name,
        accounting_platform_ref=told.id,
        company_legal_name=told.legal_name,
        addresses=words.places.addresses_in(told.addresses, unmapped),
        phone_numbers=words.places.phones_in(told.phones, unmapped),
        web_links=tuple(
            WebLink(type=words.links.translate(each.type, unmapped), url=each.url)
            for each in told.links
            if each.url
        ),
        ledger_lock_date=midnight(told.locked_until),
        registration_number=told.registration_number,
        tax_number=told.tax_number,
        financial_year_start_date=midnight(year),
        base_currency=told.currency,
        created_date=told.created,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )
