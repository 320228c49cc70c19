"""Tax rates, items and tracking categories: what documents refer to, besides accounts.

Providers' shapes inherit those here, and say their names as aliases; properties are for them to
write anew, where the provider tells what they ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared_code.mapping.books import Books
from shared_code.mapping.exact import ZERO, summed
from shared_code.mapping.reading import Amount, Named, Native, Text
from shared_code.mapping.sharing import item_ref, metadata
from shared_code.mapping.words import Unmapped, Vocabulary
from shared_code.model.accounting.item import Item, ItemType, TradedItem
from shared_code.model.accounting.tax_rate import TaxComponent, TaxRate
from shared_code.model.accounting.tracking_category import TrackingCategory
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import ItemRef, Status, TaxRateRef


class ToldTaxComponent(Native):
    """A part of a tax rate, in percent."""

    name: Text = None
    rate: Amount | None = None
    is_compound: bool | None = None


class ToldTaxRate(Named):
    """A tax rate as a provider tells it, in percent."""

    id: str
    code: Text = None
    status: Text = None
    effective_rate: Amount | None = None
    """With compounding."""
    total_rate: Amount | None = None
    """Without; None where it is what its parts add up to."""
    components: Sequence[ToldTaxComponent] | None = None
    """None where the provider tells no parts."""
    modified: datetime | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted."""
        return False

    @property
    def ref(self) -> TaxRateRef:
        """How a line refers to it."""
        return TaxRateRef(id=self.id, name=self.name, effective_tax_rate=self.effective_rate)


class ToldTrade(Native):
    """How an item is bought or sold, as a provider tells it."""

    unit_price: Amount | None = None
    account_key: Text = None
    tax_rate_key: Text = None

    @property
    def books_to(self) -> str | None:
        """The key of the account that it goes to."""
        return self.account_key


class ToldItem(Named):
    """A product or service as a provider tells it: sold and bought, unless it says otherwise."""

    id: str
    code: Text = None
    is_stocked: bool | None = None
    """Whether stock is kept of it."""
    is_sold: bool | None = None
    is_bought: bool | None = None
    sale: ToldTrade | None = None
    sale_description: Text = None
    purchase: ToldTrade | None = None
    purchase_description: Text = None
    modified: datetime | None = None

    @property
    def key(self) -> str | None:
        """What lines call it by; None for one that they cannot name."""
        return self.id

    @property
    def ref(self) -> ItemRef:
        """How a line refers to it."""
        return item_ref(id=self.id, name=self.name)


class ToldCategory(Named):
    """A tracking category as a provider tells it, or one below another."""

    id: str
    parent_id: Text = None
    has_children: bool = False
    status: Text = None

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted."""
        return False


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What a provider's items are, as far as that is the same for all."""

    otherwise: ItemType
    """Their type where no stock is kept of them."""
    status: Status = Status.UNKNOWN


def tax_rate(told: ToldTaxRate, _: Books, status: Vocabulary[Status]) -> TaxRate:
    """Write a tax rate."""
    unmapped: Unmapped = {}
    parts = told.components
    return TaxRate(
        id=told.id,
        status=status.translate(told.status, unmapped),
        name=told.name,
        code=told.code,
        effective_tax_rate=told.effective_rate,
        total_tax_rate=_total(told),
        components=None if parts is None else tuple(map(_component, parts)),
        source_modified_date=told.modified,
        metadata=metadata(is_deleted=told.is_gone),
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def item(told: ToldItem, books: Books, words: ItemWords) -> Item:
    """Write an item, and how it is traded on the sides on which it is."""
    unmapped: Unmapped = {}
    bought, sold = told.is_bought is not False, told.is_sold is not False
    purchase = _traded(told.purchase, told.purchase_description, books, unmapped)
    sale = _traded(told.sale, told.sale_description, books, unmapped)
    return Item(
        id=told.id,
        item_status=words.status,
        type=ItemType.INVENTORY if told.is_stocked else words.otherwise,
        is_bill_item=bought,
        is_invoice_item=sold,
        name=told.name,
        code=told.code,
        bill_item=purchase if bought else None,
        invoice_item=sale if sold else None,
        source_modified_date=told.modified,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def tracking_category(told: ToldCategory, _: Books, status: Vocabulary[Status]) -> TrackingCategory:
    """Write a category; an unknown status's word has no place in this type."""
    return TrackingCategory(
        id=told.id,
        name=told.name,
        parent_id=told.parent_id,
        has_children=told.has_children,
        status=status.translate(told.status, {}),
        metadata=metadata(is_deleted=told.is_gone),
    )


def _component(told: ToldTaxComponent) -> TaxComponent:
    return TaxComponent(is_compound=bool(told.is_compound), name=told.name, rate=told.rate)


def _total(told: ToldTaxRate) -> Decimal | None:
    if told.total_rate is not None or not told.components:
        return told.total_rate
    return summed(part.rate or ZERO for part in told.components)


def _traded(
    told: ToldTrade | None, description: str | None, books: Books, unmapped: Unmapped
) -> TradedItem | None:
    if told is None:
        return TradedItem(description=description) if description else None
    return TradedItem(
        description=description,
        unit_price=told.unit_price,
        account_ref=books.account(told.books_to, unmapped),
        tax_rate_ref=books.tax_rate(told.tax_rate_key),
    )
