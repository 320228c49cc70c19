"""Company info: who keeps the books."""

from __future__ import annotations

from shared_code.model.base import Shape, SupplementalData, Timestamp
from shared_code.model.shapes import Address, PhoneNumber, WebLink


class CompanyInfo(Shape):
    """The company as its accounting platform knows it: one object, without id or modified date.

    `financial_year_start_date` is the first day of the financial year; no entry may be dated before
    `ledger_lock_date`. `source_urls` lead to the source's own pages, by name.
    """

    company_name: str | None = None
    accounting_platform_ref: str | None = None
    company_legal_name: str | None = None
    addresses: tuple[Address, ...] | None = None
    phone_numbers: tuple[PhoneNumber, ...] | None = None
    web_links: tuple[WebLink, ...] | None = None
    ledger_lock_date: Timestamp | None = None
    registration_number: str | None = None
    tax_number: str | None = None
    financial_year_start_date: Timestamp | None = None
    base_currency: str | None = None
    source_urls: dict[str, str] | None = None
    created_date: Timestamp | None = None
    supplemental_data: SupplementalData | None = None
