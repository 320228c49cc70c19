"""Ids in all the forms that sources have, and which record a reference names.

The id of a record follows from its data type and its number alone. So a reference names a record
that exists wherever the other type has as many records, and records made anew with another seed
are changes of the old ones.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from shared_code.model import DataType, Shape
from shared_code.model.accounting.account_transaction import BankAccountRef
from shared_code.model.accounting.journal_entry import JournalRef
from shared_code.model.banking.transaction import TransactionCategoryRef
from shared_code.model.commerce.order import CommerceCustomerRef, ProductRef
from shared_code.model.commerce.product_category import AncestorRef
from shared_code.model.commerce.shapes import LocationRef, TaxComponentRef
from shared_code.model.shapes import (
    AccountRef,
    CustomerRef,
    ItemRef,
    PaymentMethodRef,
    PurchaseOrderRef,
    SupplierRef,
    TaxRateRef,
    TrackingCategoryRef,
)

_SPACE = uuid.UUID("2f6c1d0e-6d1f-4c5b-9a64-3b9d1f0c7a55")


def _usual(data_type: str, number: int) -> str:
    return str(uuid.uuid5(_SPACE, f"{data_type}/{number}"))


_ODD: Sequence[Callable[[int], str]] = (
    "{}".format,
    "INV/2021/{}".format,
    "Order {} of 9".format,
    "Bücher-{}-帳簿".format,
    "{{{}}}".format,
    "50%_{} 'n' \"more\" & co".format,
    # Two that differ by case alone.
    lambda number: f"twin-{number + 1}",
    lambda number: f"TWIN-{number}",
)
_PERIOD = 20


def id_of(data_type: str, number: int) -> str:
    """The id of a type's record `number`, counted from 0; three in five are UUIDs."""
    place = number % _PERIOD - (_PERIOD - len(_ODD))
    return _usual(data_type, number) if place < 0 else _ODD[place](number)


_REFERENCES: Mapping[type[Shape], DataType] = {
    AccountRef: DataType.CHART_OF_ACCOUNTS,
    AncestorRef: DataType.COMMERCE_PRODUCT_CATEGORIES,
    BankAccountRef: DataType.BANK_ACCOUNTS,
    CommerceCustomerRef: DataType.COMMERCE_CUSTOMERS,
    CustomerRef: DataType.CUSTOMERS,
    ItemRef: DataType.ITEMS,
    JournalRef: DataType.JOURNALS,
    LocationRef: DataType.COMMERCE_LOCATIONS,
    PaymentMethodRef: DataType.PAYMENT_METHODS,
    ProductRef: DataType.COMMERCE_PRODUCTS,
    PurchaseOrderRef: DataType.PURCHASE_ORDERS,
    SupplierRef: DataType.SUPPLIERS,
    TaxComponentRef: DataType.COMMERCE_TAX_COMPONENTS,
    TaxRateRef: DataType.TAX_RATES,
    TrackingCategoryRef: DataType.TRACKING_CATEGORIES,
    TransactionCategoryRef: DataType.BANKING_TRANSACTION_CATEGORIES,
}

_OF_ACCOUNT: Mapping[DataType, DataType] = {
    DataType.BANK_TRANSACTIONS: DataType.BANK_ACCOUNTS,
    DataType.BANKING_ACCOUNT_BALANCES: DataType.BANKING_ACCOUNTS,
    DataType.BANKING_TRANSACTIONS: DataType.BANKING_ACCOUNTS,
}


def referred(data_type: DataType, model: type[Shape], name: str) -> DataType | None:
    """The type whose records the field `name` of a shape within a record names, if it does."""
    if name == "account_id":
        return _OF_ACCOUNT.get(data_type, DataType.CHART_OF_ACCOUNTS)
    if name == "parent_id":
        return data_type
    if name != "id":
        return None
    if model is PaymentMethodRef and data_type.startswith("commerce-"):
        return DataType.COMMERCE_PAYMENT_METHODS
    return _REFERENCES.get(model)
