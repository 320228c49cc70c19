"""Contacts to customers and suppliers: each contact is both."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.places import main_phone, map_addresses, map_phones
from functions.xero.mapping.reading import Unmapped, Vocabulary, reads
from functions.xero.mapping.references import currency_of
from shared_code.model.accounting.customer import Contact, Customer
from shared_code.model.accounting.supplier import Supplier
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import Status

_STATUSES = Vocabulary(
    "status",
    {"ACTIVE": Status.ACTIVE, "ARCHIVED": Status.ARCHIVED, "GDPRREQUEST": Status.ARCHIVED},
    Status.UNKNOWN,
)


@reads(native.Contact)
def map_customer(contact: native.Contact, lookups: Lookups) -> Customer:
    """Map a contact as the customer that it is or may become."""
    unmapped: Unmapped = {}
    return Customer(
        id=contact.contact_id,
        status=_STATUSES.translate(contact.contact_status, unmapped),
        customer_name=contact.name,
        contact_name=_name(contact),
        email_address=contact.email_address,
        default_currency=currency_of(contact.default_currency, lookups),
        phone=main_phone(map_phones(contact.phones, unmapped)),
        addresses=map_addresses(contact.addresses, unmapped),
        contacts=tuple(_map_person(person) for person in contact.contact_persons or ()),
        registration_number=contact.company_number,
        tax_number=contact.tax_number,
        source_modified_date=contact.updated_date_utc,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


@reads(native.Contact)
def map_supplier(contact: native.Contact, lookups: Lookups) -> Supplier:
    """Map a contact as the supplier that it is or may become."""
    unmapped: Unmapped = {}
    return Supplier(
        id=contact.contact_id,
        status=_STATUSES.translate(contact.contact_status, unmapped),
        supplier_name=contact.name,
        contact_name=_name(contact),
        email_address=contact.email_address,
        phone=main_phone(map_phones(contact.phones, unmapped)),
        addresses=map_addresses(contact.addresses, unmapped),
        registration_number=contact.company_number,
        tax_number=contact.tax_number,
        default_currency=currency_of(contact.default_currency, lookups),
        source_modified_date=contact.updated_date_utc,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def _map_person(person: native.ContactPerson) -> Contact:
    # Xero does not say whether a person is still there.
    return Contact(status=Status.UNKNOWN, name=_name(person), email=person.email_address)


def _name(person: native.Contact | native.ContactPerson) -> str | None:
    return " ".join(filter(None, (person.first_name, person.last_name))) or None
