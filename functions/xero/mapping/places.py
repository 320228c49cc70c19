"""Addresses and telephone numbers; Xero lists the empty ones too, which are left out."""

from __future__ import annotations

from collections.abc import Iterable

from functions.xero import native
from functions.xero.mapping.reading import Unmapped, Vocabulary
from shared_code.model.shapes import Address, AddressType, PhoneNumber, PhoneType

_ADDRESSES = Vocabulary(
    "addresses.type",
    {
        "POBOX": AddressType.BILLING,
        "STREET": AddressType.DELIVERY,
        "DELIVERY": AddressType.DELIVERY,
    },
    AddressType.UNKNOWN,
)

_PHONES = Vocabulary(
    "phoneNumbers.type",
    {
        "DEFAULT": PhoneType.PRIMARY,
        "DDI": PhoneType.LANDLINE,
        "OFFICE": PhoneType.LANDLINE,
        "MOBILE": PhoneType.MOBILE,
        "FAX": PhoneType.FAX,
    },
    PhoneType.UNKNOWN,
)


def map_addresses(
    addresses: Iterable[native.Address] | None, unmapped: Unmapped
) -> tuple[Address, ...]:
    """Map addresses; lines two to four share one."""
    mapped = (_map_address(address, unmapped) for address in addresses or ())
    return tuple(
        address for address in mapped if address.model_dump(exclude={"type"}, exclude_none=True)
    )


def map_phones(
    phones: Iterable[native.Phone] | None, unmapped: Unmapped
) -> tuple[PhoneNumber, ...]:
    """Map telephone numbers, written as country, area and number."""
    return tuple(
        PhoneNumber(type=_PHONES.translate(phone.phone_type, unmapped), number=number)
        for phone in phones or ()
        if phone.phone_number and (number := _number(phone))
    )


def main_phone(phones: Iterable[PhoneNumber]) -> str | None:
    """Pick the primary number, else the first that is no fax."""
    reachable = [phone for phone in phones if phone.type is not PhoneType.FAX]
    reachable.sort(key=lambda phone: phone.type is not PhoneType.PRIMARY)
    return reachable[0].number if reachable else None


def _map_address(address: native.Address, unmapped: Unmapped) -> Address:
    rest = (address.address_line2, address.address_line3, address.address_line4)
    return Address(
        type=_ADDRESSES.translate(address.address_type, unmapped),
        line1=address.address_line1,
        line2=", ".join(filter(None, rest)) or None,
        city=address.city,
        region=address.region,
        country=address.country,
        postal_code=address.postal_code,
    )


def _number(phone: native.Phone) -> str:
    parts = (phone.phone_country_code, phone.phone_area_code, phone.phone_number)
    return " ".join(filter(None, parts))
