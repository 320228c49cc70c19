"""References to accounts, tax rates, items and contacts, by the codes that Xero's records use."""

from __future__ import annotations

from collections.abc import Iterable

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped
from shared_code.model.shapes import (
    NO_CURRENCY,
    AccountRef,
    CustomerRef,
    ItemRef,
    SupplierRef,
    TaxRateRef,
    TrackingCategoryRef,
)


def account_by_code(code: str | None, lookups: Lookups, unmapped: Unmapped) -> AccountRef | None:
    """Find an account by its code; an unknown code is kept as unmapped."""
    if code is None:
        return None
    found = lookups.accounts.get(code)
    if found is None:
        unmapped["accountCode"] = code
    return found


def account_of_line(
    line: native.LineItem, lookups: Lookups, unmapped: Unmapped
) -> AccountRef | None:
    """Find a line's account by id, else by code."""
    if line.account_id:
        return AccountRef(id=line.account_id, name=lookups.account_names.get(line.account_id))
    return account_by_code(line.account_code, lookups, unmapped)


def account_of_payment(account: native.Account | None, lookups: Lookups) -> AccountRef | None:
    """Name the bank account that a payment went through."""
    if account is None:
        return None
    name = account.name or lookups.account_names.get(account.account_id)
    return AccountRef(id=account.account_id, name=name)


def tax_rate(tax_type: str | None, lookups: Lookups) -> TaxRateRef | None:
    """Refer to a tax rate, which is known by its type even where no lookup has it."""
    if tax_type is None:
        return None
    return lookups.tax_rates.get(tax_type) or TaxRateRef(id=tax_type)


def item_of_line(line: native.LineItem, lookups: Lookups, unmapped: Unmapped) -> ItemRef | None:
    """Find a line's item by id, else by code; an unknown code is kept as unmapped."""
    if line.item and line.item.item_id:
        return ItemRef(id=line.item.item_id, name=line.item.name)
    if line.item_code is None:
        return None
    found = lookups.items.get(line.item_code)
    if found is None:
        unmapped["itemCode"] = line.item_code
    return found


def categories(tracking: Iterable[native.Tracking] | None) -> tuple[TrackingCategoryRef, ...]:
    """List the tracking options of a line: the leaves of the category tree."""
    return tuple(
        TrackingCategoryRef(id=each.tracking_option_id, name=each.option)
        for each in tracking or ()
        if each.tracking_option_id
    )


def customer(contact: native.Counterparty | None) -> CustomerRef | None:
    """Refer to a contact as customer."""
    return CustomerRef(id=contact.contact_id, company_name=contact.name) if contact else None


def supplier(contact: native.Counterparty | None) -> SupplierRef | None:
    """Refer to a contact as supplier."""
    return SupplierRef(id=contact.contact_id, supplier_name=contact.name) if contact else None


def currency_of(code: str | None, lookups: Lookups) -> str:
    """Name a currency: what Xero leaves out is the base currency."""
    return code or lookups.base_currency or NO_CURRENCY
