"""Xero's master records: whose books, which accounts, with whom, and what is attached."""

from __future__ import annotations

from pydantic import Field

from functions.xero.native.reading import Amount, Day, Instant, Native, Text
from shared_code.mapping.contacts import ToldContact, ToldPerson
from shared_code.mapping.places import ToldAddress, ToldPhone
from shared_code.mapping.reading import Named, Some


class Address(Native, ToldAddress):
    """A postal address; only the type is always there."""

    type: Text = Field(default=None, alias="AddressType")
    line1: Text = Field(default=None, alias="AddressLine1")
    line2: Text = Field(default=None, alias="AddressLine2")
    line3: Text = Field(default=None, alias="AddressLine3")
    line4: Text = Field(default=None, alias="AddressLine4")


class Phone(Native, ToldPhone):
    """A telephone number in three parts."""

    type: Text = Field(default=None, alias="PhoneType")
    country_code: Text = Field(default=None, alias="PhoneCountryCode")
    area_code: Text = Field(default=None, alias="PhoneAreaCode")
    number: Text = Field(default=None, alias="PhoneNumber")


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
    country_code: Text = None
    registration_number: Text = None
    tax_number: Text = None
    financial_year_end_day: int | None = None
    financial_year_end_month: int | None = None
    period_lock_date: Day = None
    end_of_year_lock_date: Day = None
    created_date_utc: Instant = None
    date_time_utc: Instant = Field(default=None, alias="DateTimeUTC")
    addresses: Some[Address] = Field(default_factory=list)
    phones: Some[Phone] = Field(default_factory=list)
    external_links: Some[ExternalLink] = Field(default_factory=list)


class Account(Native, Named):
    """An account, or the reference to one that a payment carries."""

    id: str = Field(alias="AccountID")
    code: Text = None
    description: Text = None
    type: Text = None
    class_: Text = Field(default=None, alias="Class")
    status: Text = None
    currency_code: Text = None
    bank_account_number: Text = None
    bank_account_type: Text = None
    system_account: Text = None
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
    tax_components: Some[TaxComponent] = Field(default_factory=list)


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


class ContactPerson(Native, ToldPerson):
    """A further person at a contact."""


class Contact(Native, ToldContact):
    """A customer, a supplier, or both."""

    id: str = Field(alias="ContactID")
    status: Text = Field(default=None, alias="ContactStatus")
    currency: Text = Field(default=None, alias="DefaultCurrency")
    registration_number: Text = Field(default=None, alias="CompanyNumber")
    addresses: Some[Address] = Field(default_factory=list)
    phones: Some[Phone] = Field(default_factory=list)
    persons: Some[ContactPerson] = Field(default_factory=list, alias="ContactPersons")
    modified: Instant = Field(default=None, alias="UpdatedDateUTC")


class TrackingCategory(Native):
    """A tracking category, or one of its options, which has a parent."""

    id: str = Field(alias="ID")
    parent_id: Text = Field(default=None, alias="ParentID")
    name: Text = None
    status: Text = None
    has_options: bool = False


class Attachment(Native):
    """A file that Xero keeps with a record; its length is in bytes."""

    attachment_id: str
    file_name: Text = None
    mime_type: Text = None
    content_length: int | None = None
    include_online: bool | None = None
