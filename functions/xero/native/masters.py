"""Xero's master records: whose books, which accounts, with whom, and what is attached."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from functions.xero.native.reading import Amount, Day, Deletable, Instant, Native, Text
from shared_code.mapping.accounts import ToldAccount
from shared_code.mapping.attachments import ToldAttachment
from shared_code.mapping.companies import ToldCompany, ToldLink
from shared_code.mapping.contacts import ToldContact, ToldPerson
from shared_code.mapping.masters import (
    ToldCategory,
    ToldItem,
    ToldTaxComponent,
    ToldTaxRate,
    ToldTrade,
)
from shared_code.mapping.places import ToldAddress, ToldPhone
from shared_code.mapping.reading import Some


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


class ExternalLink(Native, ToldLink):
    """A page of the organisation elsewhere."""

    type: Text = Field(default=None, alias="LinkType")


class Organisation(Native, ToldCompany):
    """Whose books these are; there are two days up to which they may be locked."""

    id: str = Field(alias="OrganisationID")
    currency: Text = Field(default=None, alias="BaseCurrency")
    country: Text = Field(default=None, alias="CountryCode")
    year_end_day: int | None = Field(default=None, alias="FinancialYearEndDay")
    year_end_month: int | None = Field(default=None, alias="FinancialYearEndMonth")
    period_lock_date: Day = None
    end_of_year_lock_date: Day = None
    created: Instant = Field(default=None, alias="CreatedDateUTC")
    told_at: Instant = Field(default=None, alias="DateTimeUTC")
    addresses: Some[Address] = Field(default_factory=list)
    phones: Some[Phone] = Field(default_factory=list)
    links: Some[ExternalLink] = Field(default_factory=list, alias="ExternalLinks")

    @property
    def locked_until(self) -> date | None:
        """The later of the two, which is the one that binds."""
        locks = (self.period_lock_date, self.end_of_year_lock_date)
        return max(filter(None, locks), default=None)


class Account(Deletable, ToldAccount):
    """An account, or the reference to one that a payment carries."""

    id: str = Field(alias="AccountID")
    class_: Text = Field(default=None, alias="Class")
    currency: Text = Field(default=None, alias="CurrencyCode")
    number: Text = Field(default=None, alias="BankAccountNumber")
    bank_type: Text = Field(default=None, alias="BankAccountType")
    system_account: Text = None
    modified: Instant = Field(default=None, alias="UpdatedDateUTC")

    @property
    def is_bank(self) -> bool:
        """Whether it is one at a bank."""
        return self.type == "BANK"

    @property
    def takes_earnings(self) -> bool:
        """Whether it is the one for what was earned before."""
        return self.system_account == "RETAINEDEARNINGS"


class TaxComponent(Native, ToldTaxComponent):
    """A part of a tax rate, in percent."""


class TaxRate(Deletable, ToldTaxRate):
    """A tax rate, in percent; the tax type is its key."""

    id: str = Field(alias="TaxType")
    code: Text = Field(default=None, alias="TaxType")
    total_rate: Amount | None = Field(default=None, alias="DisplayTaxRate")
    components: Some[TaxComponent] = Field(default_factory=list, alias="TaxComponents")


class Trade(Native, ToldTrade):
    """How an item is bought or sold."""

    account_key: Text = Field(default=None, alias="AccountCode")
    cogs_account_code: Text = None
    tax_rate_key: Text = Field(default=None, alias="TaxType")

    @property
    def books_to(self) -> str | None:
        """What is bought for stock goes to the cost of goods sold."""
        return self.account_key or self.cogs_account_code


class Item(Native, ToldItem):
    """A product or service; it has no status."""

    id: str = Field(alias="ItemID")
    is_stocked: bool | None = Field(default=None, alias="IsTrackedAsInventory")
    is_bought: bool | None = Field(default=None, alias="IsPurchased")
    sale: Trade | None = Field(default=None, alias="SalesDetails")
    sale_description: Text = Field(default=None, alias="Description")
    purchase: Trade | None = Field(default=None, alias="PurchaseDetails")
    modified: Instant = Field(default=None, alias="UpdatedDateUTC")

    @property
    def key(self) -> str | None:
        """Lines name it by its code."""
        return self.code


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


class TrackingCategory(Deletable, ToldCategory):
    """A tracking category, or one of its options, which has a parent."""

    id: str = Field(alias="ID")
    parent_id: Text = Field(default=None, alias="ParentID")
    has_children: bool = Field(default=False, alias="HasOptions")


class Attachment(Native, ToldAttachment):
    """A file that Xero keeps with a record, of which it tells no date."""

    id: str = Field(alias="AttachmentID")
    name: Text = Field(default=None, alias="FileName")
    media_type: Text = Field(default=None, alias="MimeType")
    size: int | None = Field(default=None, alias="ContentLength")
    is_sent: bool | None = Field(default=None, alias="IncludeOnline")
