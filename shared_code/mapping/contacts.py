"""Customers and suppliers: whom providers tell of, as either of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared_code.mapping.books import Books
from shared_code.mapping.places import (
    UNTYPED,
    PlaceWords,
    ToldAddress,
    ToldPhone,
    joined,
    main_phone,
)
from shared_code.mapping.reading import Native, Text
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model.accounting.customer import Contact, Customer
from shared_code.model.accounting.supplier import Supplier
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import Status


class ToldPerson(Native):
    """Somebody at a contact, as a provider tells it."""

    first_name: Text = None
    last_name: Text = None
    email_address: Text = None


class ToldContact(Native):
    """A contact as a provider tells it: its shape inherits this, and says its names as aliases.

    Lists are None where the provider does not tell them.
    """

    id: str
    name: Text = None
    """Of the business."""
    first_name: Text = None
    last_name: Text = None
    email_address: Text = None
    phone: Text = None
    """The main one, where it stands by itself."""
    status: Text = None
    currency: Text = None
    registration_number: Text = None
    tax_number: Text = None
    addresses: Sequence[ToldAddress] | None = None
    phones: Sequence[ToldPhone] | None = None
    persons: Sequence[ToldPerson] | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactWords:
    """A provider's words for contacts."""

    status: Vocabulary[Status]
    places: PlaceWords = UNTYPED


def customer(told: ToldContact, books: Books, words: ContactWords) -> Customer:
    """Write who buys; whether a person is still there is not known."""
    return Customer(
        **_common(told, books, words),
        customer_name=told.name,
        contacts=None if told.persons is None else tuple(map(_person, told.persons)),
    )


def supplier(told: ToldContact, books: Books, words: ContactWords) -> Supplier:
    """Write who sells."""
    return Supplier(**_common(told, books, words), supplier_name=told.name)


def _person(told: ToldPerson) -> Contact:
    name = joined(told.first_name, told.last_name)
    return Contact(status=Status.UNKNOWN, name=name, email=told.email_address)


def _common(told: ToldContact, books: Books, words: ContactWords) -> dict[str, Any]:
    unmapped: Unmapped = {}
    return {
        "id": told.id,
        "status": words.status.translate(told.status, unmapped),
        "contact_name": joined(told.first_name, told.last_name),
        "email_address": told.email_address,
        "default_currency": books.currency(told.currency),
        "phone": told.phone or main_phone(words.places.phones_in(told.phones or (), unmapped)),
        "addresses": None
        if told.addresses is None
        else words.places.addresses_in(told.addresses, unmapped),
        "registration_number": told.registration_number,
        "tax_number": told.tax_number,
        "source_modified_date": told.modified,
        "supplemental_data": SupplementalData.of_unmapped(unmapped),
    }
