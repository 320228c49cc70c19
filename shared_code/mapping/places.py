"""Addresses and telephone numbers of companies and contacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared_code.mapping.reading import Native, Text
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model.shapes import (
    Address,
    AddressType,
    PhoneNumber,
    PhoneType,
    ShipTo,
    ShipToContact,
)


def joined(*parts: str | None, by: str = " ") -> str | None:
    """Join the parts that there are, such as names or lines of an address."""
    return by.join(filter(None, parts)) or None


class ToldAddress(Native):
    """An address as a provider tells it: its shape inherits this, and says its names as aliases."""

    type: Text = None
    line1: Text = None
    line2: Text = None
    line3: Text = None
    line4: Text = None
    city: Text = None
    region: Text = None
    country: Text = None
    postal_code: Text = None


class ToldPhone(Native):
    """A telephone number as a provider tells it, in one part or in three."""

    type: Text = None
    country_code: Text = None
    area_code: Text = None
    number: Text = None


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A provider's words for what addresses and telephone numbers are for."""

    addresses: Vocabulary[AddressType]
    phones: Vocabulary[PhoneType]

    def addresses_in(self, told: Iterable[ToldAddress], unmapped: Unmapped) -> tuple[Address, ...]:
        """Write addresses of which more is told than the type; their lines 2 to 4 become one."""
        written = (
            Address(
                type=self.addresses.translate(each.type, unmapped),
                line1=each.line1,
                line2=joined(each.line2, each.line3, each.line4, by=", "),
                city=each.city,
                region=each.region,
                country=each.country,
                postal_code=each.postal_code,
            )
            for each in told
        )
        return tuple(
            each
            for each in written
            if any(value is not None for name, value in each if name != "type")
        )

    def phones_in(self, told: Iterable[ToldPhone], unmapped: Unmapped) -> tuple[PhoneNumber, ...]:
        """Write telephone numbers, but those that have none, as country, area and number."""
        return tuple(
            PhoneNumber(
                type=self.phones.translate(each.type, unmapped),
                number=joined(each.country_code, each.area_code, each.number),
            )
            for each in told
            if each.number
        )


UNTYPED = PlaceWords(
    Vocabulary("addresses.type", {AddressType.UNKNOWN: ()}),
    Vocabulary("phoneNumbers.type", {PhoneType.UNKNOWN: ()}),
)
"""Of a provider that does not say what they are for."""


def main_phone(phones: Iterable[PhoneNumber]) -> str | None:
    """Pick the primary number, else the first that is no fax."""
    reachable = [phone for phone in phones if phone.type is not PhoneType.FAX]
    reachable.sort(key=lambda phone: phone.type is not PhoneType.PRIMARY)
    return reachable[0].number if reachable else None


def ship_to(name: str | None, phone: str | None, address: Address | None) -> ShipTo | None:
    """Show where and to whom to deliver, as far as anything of it is known."""
    reached = ShipToContact(name=name, phone=phone) if name or phone else None
    return ShipTo(contact=reached, address=address) if reached or address else None
