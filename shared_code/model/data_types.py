"""The closed set of data types, and what the platform has to know about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared_code.model.base import Dated, Promoted, Record, Shape
from shared_code.model.models import MODELS


class DataType(StrEnum):
    """The key of a data type, as statuses, queues, options and events write it."""

    ACCOUNT_TRANSACTIONS = "accountTransactions"
    BALANCE_SHEET = "balanceSheet"
    BANK_ACCOUNTS = "bankAccounts"
    BANK_TRANSACTIONS = "bankTransactions"
    BILL_CREDIT_NOTES = "billCreditNotes"
    BILL_PAYMENTS = "billPayments"
    BILLS = "bills"
    CASH_FLOW_STATEMENT = "cashFlowStatement"
    CHART_OF_ACCOUNTS = "chartOfAccounts"
    COMPANY = "company"
    CREDIT_NOTES = "creditNotes"
    CUSTOMERS = "customers"
    DIRECT_COSTS = "directCosts"
    DIRECT_INCOMES = "directIncomes"
    INVOICES = "invoices"
    ITEM_RECEIPTS = "itemReceipts"
    ITEMS = "items"
    JOURNAL_ENTRIES = "journalEntries"
    JOURNALS = "journals"
    PAYMENT_METHODS = "paymentMethods"
    PAYMENTS = "payments"
    PROFIT_AND_LOSS = "profitAndLoss"
    PURCHASE_ORDERS = "purchaseOrders"
    SALES_ORDERS = "salesOrders"
    SUPPLIERS = "suppliers"
    TAX_RATES = "taxRates"
    TRACKING_CATEGORIES = "trackingCategories"
    TRANSFERS = "transfers"
    BANKING_ACCOUNT_BALANCES = "banking-accountBalances"
    BANKING_ACCOUNTS = "banking-accounts"
    BANKING_TRANSACTION_CATEGORIES = "banking-transactionCategories"
    BANKING_TRANSACTIONS = "banking-transactions"
    COMMERCE_COMPANY_INFO = "commerce-companyInfo"
    COMMERCE_CUSTOMERS = "commerce-customers"
    COMMERCE_DISPUTES = "commerce-disputes"
    COMMERCE_LOCATIONS = "commerce-locations"
    COMMERCE_ORDERS = "commerce-orders"
    COMMERCE_PAYMENT_METHODS = "commerce-paymentMethods"
    COMMERCE_PAYMENTS = "commerce-payments"
    COMMERCE_PRODUCT_CATEGORIES = "commerce-productCategories"
    COMMERCE_PRODUCTS = "commerce-products"
    COMMERCE_TAX_COMPONENTS = "commerce-taxComponents"
    COMMERCE_TRANSACTIONS = "commerce-transactions"

    @classmethod
    def _missing_(cls, value: object) -> DataType | None:
        """Find a key in any case, as routes and bodies may write it."""
        wanted = str(value).lower()
        return next((member for member in cls if member.value.lower() == wanted), None)


class Level(StrEnum):
    """Under what the data is read: the company (its one accounting connection) or a connection."""

    COMPANY = "company"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class DataTypeInfo:
    """What a data type is.

    Args:
        path: What follows `/data/` in its URL; may hold an `{accountId}`.
        model: Its records' class.
        level: Where it is read; a company-level type can be read under its connection too.
        singular: One object instead of a paged list.
        has_metadata: Whether records carry `metadata.isDeleted`.
        has_modified_date: Whether records carry `modifiedDate`.
    """

    data_type: DataType
    path: str
    model: type[Shape]
    level: Level
    singular: bool
    has_metadata: bool
    has_modified_date: bool

    @property
    def of_account(self) -> bool:
        """Whether its records are listed one bank account at a time."""
        return "{accountId}" in self.path

    @property
    def has_ids(self) -> bool:
        """Whether each of its records can be asked for by an id."""
        return issubclass(self.model, Record)

    @property
    def promoted(self) -> tuple[Promoted, ...]:
        """The properties that the store keeps in columns of their own."""
        return self.model.promoted if issubclass(self.model, Dated) else ()


# Where the URL does not say what the key says.
_PATHS: Mapping[DataType, str] = {
    DataType.BALANCE_SHEET: "financials/balanceSheet",
    DataType.BANK_TRANSACTIONS: "bankAccounts/{accountId}/bankTransactions",
    DataType.CASH_FLOW_STATEMENT: "financials/cashFlowStatement",
    DataType.CHART_OF_ACCOUNTS: "accounts",
    DataType.COMMERCE_COMPANY_INFO: "commerce-info",
    DataType.COMPANY: "info",
    DataType.PROFIT_AND_LOSS: "financials/profitAndLoss",
}

_ACCOUNTING_AT_CONNECTION = frozenset(
    {
        DataType.ACCOUNT_TRANSACTIONS,
        DataType.BANK_ACCOUNTS,
        DataType.BANK_TRANSACTIONS,
        DataType.DIRECT_COSTS,
        DataType.DIRECT_INCOMES,
        DataType.ITEM_RECEIPTS,
        DataType.TRANSFERS,
    }
)

_REPORTS = frozenset(
    {DataType.BALANCE_SHEET, DataType.CASH_FLOW_STATEMENT, DataType.PROFIT_AND_LOSS}
)

_SINGULAR = _REPORTS | {DataType.COMPANY, DataType.COMMERCE_COMPANY_INFO}


def _info(key: DataType) -> DataTypeInfo:
    accounting = "-" not in key
    at_connection = not accounting or key in _ACCOUNTING_AT_CONNECTION
    return DataTypeInfo(
        data_type=key,
        path=_PATHS.get(key, key.value),
        model=MODELS[key],
        level=Level.CONNECTION if at_connection else Level.COMPANY,
        singular=key in _SINGULAR,
        has_metadata=accounting and key not in _SINGULAR | {DataType.BANK_TRANSACTIONS},
        has_modified_date=key not in _REPORTS | {DataType.COMPANY},
    )


DATA_TYPES: Mapping[DataType, DataTypeInfo] = MappingProxyType(
    {key: _info(key) for key in DataType}
)
"""Everything there is to know about each data type."""
