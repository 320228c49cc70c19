"""Items: goods and services."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import Kind, Money, Shape, SupplementedRecord, promoted
from shared_code.model.shapes import AccountRef, Status, TaxRateRef


class ItemType(StrEnum):
    """Whether stock is kept of an item."""

    UNKNOWN = "Unknown"
    INVENTORY = "Inventory"
    NON_INVENTORY = "NonInventory"
    SERVICE = "Service"


class TradedItem(Shape):
    """How an item is bought or sold."""

    description: str | None = None
    unit_price: Money | None = None
    account_ref: AccountRef | None = None
    tax_rate_ref: TaxRateRef | None = None


class Item(SupplementedRecord):
    """Something that is bought, sold, or both."""

    promoted = promoted(
        ("name", Kind.TEXT),
        ("code", Kind.TEXT),
        ("type", Kind.TEXT),
        ("itemStatus", Kind.TEXT),
        ("isBillItem", Kind.BOOLEAN),
        ("isInvoiceItem", Kind.BOOLEAN),
        ("billItem.unitPrice", Kind.MONEY),
        ("invoiceItem.unitPrice", Kind.MONEY),
    )

    item_status: Status
    type: ItemType
    is_bill_item: bool
    is_invoice_item: bool
    name: str | None = None
    code: str | None = None
    bill_item: TradedItem | None = None
    invoice_item: TradedItem | None = None
