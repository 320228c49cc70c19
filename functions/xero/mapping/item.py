"""Items."""

from __future__ import annotations

from functions.xero import native
from functions.xero.mapping.lookups import Lookups
from functions.xero.mapping.reading import Unmapped, reads
from functions.xero.mapping.references import account_by_code, tax_rate
from shared_code.model.accounting.item import Item, ItemType, TradedItem
from shared_code.model.base import SupplementalData
from shared_code.model.shapes import Status


@reads(native.Item)
def map_item(item: native.Item, lookups: Lookups) -> Item:
    """Map an item; it is bought and sold unless Xero says otherwise."""
    unmapped: Unmapped = {}
    bought = item.is_purchased is not False
    sold = item.is_sold is not False
    purchase = _trade(item.purchase_details, item.purchase_description, lookups, unmapped)
    sale = _trade(item.sales_details, item.description, lookups, unmapped)
    return Item(
        id=item.item_id,
        item_status=Status.UNKNOWN,
        type=ItemType.INVENTORY if item.is_tracked_as_inventory else ItemType.NON_INVENTORY,
        is_bill_item=bought,
        is_invoice_item=sold,
        name=item.name,
        code=item.code,
        bill_item=purchase if bought else None,
        invoice_item=sale if sold else None,
        source_modified_date=item.updated_date_utc,
        supplemental_data=SupplementalData.of_unmapped(unmapped),
    )


def _trade(
    trade: native.Trade | None, description: str | None, lookups: Lookups, unmapped: Unmapped
) -> TradedItem | None:
    """Map one side of an item; what is bought for stock goes to the cost of goods sold."""
    if trade is None:
        return TradedItem(description=description) if description else None
    code = trade.account_code or trade.cogs_account_code
    return TradedItem(
        description=description,
        unit_price=trade.unit_price,
        account_ref=account_by_code(code, lookups, unmapped),
        tax_rate_ref=tax_rate(trade.tax_type, lookups),
    )
