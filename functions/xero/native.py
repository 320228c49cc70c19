"""Xero's own shapes, as far as they are read: lenient in, exact out.

Fields that we do not know are ignored, enums stay text, an empty text is a missing one. Numbers are
read from their digits, never through a float. A calendar date is written by Xero as the UTC
midnight of that day, `/Date(1539993600000+0000)/`, whatever the organisation's zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared_code.fetch.decoding import decode_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_DATE = re.compile(r"/Date\((-?\d{1,16})(?:[+-]\d{4})?\)/")
_ACRONYMS = frozenset({"id", "utc", "cis", "cogs"})


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page's records as decoded JSON; `total` where Xero counts them."""

    records: list[dict[str, Any]]
    total: int | None = None


def parse_page(body: bytes, collection: str) -> RawPage:
    """Decode a response whose records lie under `collection`, such as `Invoices`.

    Numbers with a point become Decimals. An organisation also gets the page's `DateTimeUTC`, by
    which its financial year is known. Raises ValueError for anything that is not such a page.
    """
    page = _decode(body)
    records = page.get(collection)
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise ValueError(f"no page of {collection}")
    if collection == "Organisations":
        records = [{"DateTimeUTC": page.get("DateTimeUTC"), **each} for each in records]
    counted = page.get("pagination")
    total = counted.get("itemCount") if isinstance(counted, dict) else None
    return RawPage(records, total if isinstance(total, int) else None)


def _decode(body: bytes) -> dict[str, Any]:
    """Decode a JSON object; anything else has nothing in it."""
    decoded = decode_json(body)
    return decoded if isinstance(decoded, dict) else {}


def to_instant(written: object) -> datetime | None:
    """Read an instant: Xero's form, or ISO 8601, which is UTC where it names no zone."""
    if written is None or written == "":
        return None
    if isinstance(written, datetime):
        return written
    if not isinstance(written, str):
        raise ValueError("expected a date as text")  # noqa: TRY004 - pydantic reports no TypeError
    try:
        if match := _MS_DATE.fullmatch(written):
            return _EPOCH + timedelta(milliseconds=int(match[1]))
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside the calendar") from None


def _to_day(written: object) -> date | None:
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    moment = to_instant(written)
    return moment.date() if moment else None


def _text(value: object) -> object:
    return None if value == "" else value


def _wire_name(name: str) -> str:
    return "".join(
        part.upper() if part in _ACRONYMS else part.capitalize() for part in name.split("_")
    )


Text = Annotated[str | None, BeforeValidator(_text)]
Day = Annotated[date | None, BeforeValidator(_to_day)]
Instant = Annotated[datetime | None, BeforeValidator(to_instant)]
Amount = Annotated[Decimal, Field(max_digits=32, decimal_places=14)]


class Native(BaseModel):
    """An object of Xero's."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=_wire_name,
        validate_by_name=True,
        validate_by_alias=True,
        coerce_numbers_to_str=True,
        # A limit also makes pydantic look into texts, and refuse those that have no UTF-8 form.
        str_max_length=1_000_000,
    )


class Address(Native):
    """A postal address; only the type is always there."""

    address_type: Text = None
    address_line1: Text = None
    address_line2: Text = None
    address_line3: Text = None
    address_line4: Text = None
    city: Text = None
    region: Text = None
    postal_code: Text = None
    country: Text = None


class Phone(Native):
    """A telephone number in three parts."""

    phone_type: Text = None
    phone_number: Text = None
    phone_area_code: Text = None
    phone_country_code: Text = None


class ExternalLink(Native):
    """A page of the organisation elsewhere."""

    link_type: Text = None
    url: Text = None


class Organisation(Native):
    """Whose books these are; `date_time_utc` is when Xero said so."""

    organisation_id: str = Field(alias="OrganisationID")
    name: Text = None
    legal_name: Text = None
    base_currency: Text = None
    registration_number: Text = None
    tax_number: Text = None
    financial_year_end_day: int | None = None
    financial_year_end_month: int | None = None
    period_lock_date: Day = None
    end_of_year_lock_date: Day = None
    created_date_utc: Instant = None
    date_time_utc: Instant = Field(default=None, alias="DateTimeUTC")
    addresses: list[Address] | None = None
    phones: list[Phone] | None = None
    external_links: list[ExternalLink] | None = None


class Account(Native):
    """An account, or the reference to one that a payment carries."""

    account_id: str
    code: Text = None
    name: Text = None
    description: Text = None
    type: Text = None
    class_: Text = Field(default=None, alias="Class")
    status: Text = None
    currency_code: Text = None
    updated_date_utc: Instant = None


class TaxComponent(Native):
    """A part of a tax rate, in percent."""

    name: Text = None
    rate: Amount | None = None
    is_compound: bool | None = None


class TaxRate(Native):
    """A tax rate, in percent; the tax type is its key."""

    tax_type: str
    name: Text = None
    status: Text = None
    effective_rate: Amount | None = None
    display_tax_rate: Amount | None = None
    tax_components: list[TaxComponent] | None = None


class Trade(Native):
    """How an item is bought or sold."""

    unit_price: Amount | None = None
    account_code: Text = None
    cogs_account_code: Text = None
    tax_type: Text = None


class Item(Native):
    """A product or service; it has no status."""

    item_id: str
    code: Text = None
    name: Text = None
    description: Text = None
    purchase_description: Text = None
    is_sold: bool | None = None
    is_purchased: bool | None = None
    is_tracked_as_inventory: bool | None = None
    sales_details: Trade | None = None
    purchase_details: Trade | None = None
    updated_date_utc: Instant = None


class ContactPerson(Native):
    """A further person at a contact."""

    first_name: Text = None
    last_name: Text = None
    email_address: Text = None


class Contact(Native):
    """A customer, a supplier, or both."""

    contact_id: str
    name: Text = None
    first_name: Text = None
    last_name: Text = None
    email_address: Text = None
    company_number: Text = None
    tax_number: Text = None
    default_currency: Text = None
    contact_status: Text = None
    addresses: list[Address] | None = None
    phones: list[Phone] | None = None
    contact_persons: list[ContactPerson] | None = None
    updated_date_utc: Instant = None


class Counterparty(Native):
    """The contact as documents refer to it."""

    contact_id: str
    name: Text = None


class Tracking(Native):
    """The option of a tracking category that a line carries."""

    tracking_option_id: Text = None
    option: Text = None


class LineItemItem(Native):
    """The item as lines refer to it."""

    item_id: Text = None
    name: Text = None


class LineItem(Native):
    """A line; its amount is after discount, and includes tax where the document says so."""

    description: Text = None
    quantity: Amount | None = None
    unit_amount: Amount | None = None
    line_amount: Amount | None = None
    tax_amount: Amount | None = None
    discount_rate: Amount | None = None
    discount_amount: Amount | None = None
    item_code: Text = None
    item: LineItemItem | None = None
    account_code: Text = None
    account_id: Text = None
    tax_type: Text = None
    tracking: list[Tracking] | None = None


class Attachment(Native):
    """A file that Xero keeps with a record; its length is in bytes."""

    attachment_id: str
    file_name: Text = None
    mime_type: Text = None
    content_length: int | None = None
    include_online: bool | None = None


class AppliedPayment(Native):
    """A payment as the document shows it that was paid, in the document's currency."""

    payment_id: str
    date: Day = None
    amount: Amount | None = None
    currency_rate: Amount | None = None
    reference: Text = None
    status: Text = None
    account: Account | None = None


class Invoice(Native):
    """A sales invoice (ACCREC) or a bill (ACCPAY), in its own currency."""

    invoice_id: str
    type: Text = None
    status: Text = None
    invoice_number: Text = None
    reference: Text = None
    contact: Counterparty | None = None
    date: Day = None
    due_date: Day = None
    fully_paid_on_date: Day = None
    line_amount_types: Text = None
    line_items: list[LineItem] | None = None
    sub_total: Amount | None = None
    total_tax: Amount | None = None
    total: Amount | None = None
    total_discount: Amount | None = None
    amount_due: Amount | None = None
    amount_paid: Amount | None = None
    amount_credited: Amount | None = None
    cis_deduction: Amount | None = None
    currency_code: Text = None
    currency_rate: Amount | None = None
    payments: list[AppliedPayment] | None = None
    updated_date_utc: Instant = None


class PaidDocument(Native):
    """What a payment paid: Xero shows credit notes and the like as invoices too, by their type."""

    type: Text = None
    invoice_id: Text = None
    credit_note_id: Text = None
    overpayment_id: Text = None
    prepayment_id: Text = None
    currency_code: Text = None
    contact: Counterparty | None = None

    @property
    def id(self) -> str | None:
        """Whichever id it has."""
        return self.credit_note_id or self.overpayment_id or self.prepayment_id or self.invoice_id


class Payment(Native):
    """Money that paid one document; `amount` is in that document's currency."""

    payment_id: str
    payment_type: Text = None
    status: Text = None
    date: Day = None
    amount: Amount | None = None
    currency_rate: Amount | None = None
    reference: Text = None
    account: Account | None = None
    invoice: PaidDocument | None = None
    credit_note: PaidDocument | None = None
    overpayment: PaidDocument | None = None
    prepayment: PaidDocument | None = None
    updated_date_utc: Instant = None

    @property
    def document(self) -> PaidDocument | None:
        """What was paid."""
        return self.credit_note or self.overpayment or self.prepayment or self.invoice


Record = Mapping[str, Any] | Native
"""A record as `parse_page` gives it, or one that was read already."""
