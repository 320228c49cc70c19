"""Addresses and telephone numbers of companies and contacts."""

from __future__ import annotations

from collections.abc import Iterable

from shared_code.model.shapes import Address, PhoneNumber, PhoneType, ShipTo, ShipToContact


def joined(*parts: str | None, by: str = " ") -> str | None:
    """Join the parts that there are, such as names or lines of an address."""
    return by.join(filter(None, parts)) or None


def filled(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Leave out addresses of which nothing is known but the type."""
    return tuple(
        each
        for each in addresses
        if any(value is not None for name, value in each if name != "type")
    )


def main_phone(phones: Iterable[PhoneNumber]) -> str | None:
    """Pick the primary number, else the first that is no fax."""
    reachable = [phone for phone in phones if phone.type is not PhoneType.FAX]
    reachable.sort(key=lambda phone: phone.type is not PhoneType.PRIMARY)
    return reachable[0].number if reachable else None


def ship_to(name: str | None, phone: str | None, address: Address | None) -> ShipTo | None:
    """Show where and to whom to deliver, as far as anything of it is known."""
    reached = ShipToContact(name=name, phone=phone) if name or phone else None
    return ShipTo(contact=reached, address=address) if reached or address else None
