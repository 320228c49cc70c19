"""Commerce company info: who runs the shop."""

from __future__ import annotations

from shared_code.model.base import Dated, Money, Shape, Timestamp
from shared_code.model.commerce.shapes import CommerceAddress
from shared_code.model.shapes import PhoneNumber, WebLink


class CommerceBalance(Shape):
    """What the platform holds for the company in one currency.

    `pending` is not paid out yet, `reserved` is held back against refunds and disputes.
    """

    available: Money | None = None
    pending: Money | None = None
    reserved: Money | None = None
    currency: str | None = None


class CommerceCompanyInfo(Dated):
    """The company as its commerce platform knows it: one object, without an id.

    `source_urls` lead to the source's own pages, by name.
    """

    company_name: str | None = None
    commerce_platform_ref: str | None = None
    company_legal_name: str | None = None
    addresses: tuple[CommerceAddress, ...] | None = None
    phone_numbers: tuple[PhoneNumber, ...] | None = None
    web_links: tuple[WebLink, ...] | None = None
    registration_number: str | None = None
    base_currency: str | None = None
    account_balances: tuple[CommerceBalance, ...] | None = None
    source_urls: dict[str, str] | None = None
    created_date: Timestamp | None = None
