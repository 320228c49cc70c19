"""Promises of the registry of data types and of their properties."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from shared_code.model import (
    DATA_TYPES,
    DataType,
    Dated,
    Kind,
    Level,
    Property,
    Shape,
    index_of,
    property_kind,
)
from shared_code.model.accounting.invoice import Invoice
from shared_code.model.accounting.item import Item
from shared_code.model.accounting.tax_rate import TaxRate
from shared_code.model.data_types import data_type_at
from shared_code.model.properties import value_at

MODELS = [info.model for info in DATA_TYPES.values() if info.model is not None]

REQUIRED = {
    "Account": {"id", "type", "status", "isBankAccount"},
    "Bill": {"id", "issueDate", "status", "subTotal", "taxAmount", "totalAmount"},
    "CompanyInfo": set[str](),
    "Customer": {"id", "status"},
    "Invoice": {"id", "issueDate", "totalTaxAmount", "totalAmount", "amountDue", "status"},
    "Item": {"id", "itemStatus", "type", "isBillItem", "isInvoiceItem"},
    "Payment": {"id", "date"},
    "Supplier": {"id", "status"},
    "TaxRate": {"id", "status"},
    "AccountBalance": {"accountId", "balance", "date"},
    "BankingAccount": {
        "id",
        "name",
        "type",
        "balance",
        "identifiers",
        "currency",
        "institution",
    },
    "BankingTransaction": {"id", "accountId", "currency"},
    "TransactionCategory": {"id", "name"},
    "CommerceCompanyInfo": set[str](),
    "Dispute": {"id", "currency"},
}


def test_there_are_exactly_43_data_types() -> None:
    assert len(DataType) == len(DATA_TYPES) == 43
    assert all(DATA_TYPES[key].data_type is key for key in DataType)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("chartOfAccounts", "accounts"),
        ("company", "info"),
        ("balanceSheet", "financials/balanceSheet"),
        ("commerce-companyInfo", "commerce-info"),
        ("invoices", "invoices"),
        ("banking-accounts", "banking-accounts"),
    ],
)
def test_a_type_is_found_by_key_and_by_path_in_any_case(key: str, path: str) -> None:
    assert DATA_TYPES[DataType(key.upper())].path == path
    found = data_type_at(path.upper())
    assert found is not None
    assert found.data_type == key


def test_paths_are_unique_and_unknown_ones_find_nothing() -> None:
    assert len({info.path.lower() for info in DATA_TYPES.values()}) == 43
    assert data_type_at("chartOfAccounts") is None
    with pytest.raises(ValueError, match="widgets"):
        DataType("widgets")


def test_what_has_no_list_no_dates_and_no_metadata_is_known() -> None:
    singular = {key for key, info in DATA_TYPES.items() if info.singular}
    assert singular == {
        "balanceSheet",
        "cashFlowStatement",
        "profitAndLoss",
        "company",
        "commerce-companyInfo",
    }
    assert not DATA_TYPES[DataType.COMPANY].has_modified_date
    assert not DATA_TYPES[DataType.COMPANY].has_metadata
    assert not DATA_TYPES[DataType.COMMERCE_ORDERS].has_metadata
    assert DATA_TYPES[DataType.INVOICES].has_metadata
    assert DATA_TYPES[DataType.BANK_ACCOUNTS].level is Level.CONNECTION
    assert DATA_TYPES[DataType.COMMERCE_ORDERS].level is Level.CONNECTION
    assert DATA_TYPES[DataType.PAYMENTS].level is Level.COMPANY


@pytest.mark.parametrize("model", MODELS)
def test_fields_that_clients_insist_on_cannot_be_left_out(model: type[BaseModel]) -> None:
    required = {field.alias for field in model.model_fields.values() if field.is_required()}
    assert required == REQUIRED.get(model.__name__, {"id"})


@pytest.mark.parametrize("model", MODELS)
def test_promoted_properties_exist_with_their_kind(model: type[Shape]) -> None:
    promoted = model.promoted if issubclass(model, Dated) else ()
    declared = [Property(column.path, column.kind) for column in promoted]
    assert [index_of(model).find(column.path) for column in promoted] == declared


@pytest.mark.parametrize(
    ("model", "path", "kind"),
    [
        (Invoice, "customerRef.id", Kind.TEXT),
        (Invoice, "CUSTOMERREF.ID", Kind.TEXT),
        (Invoice, "totalAmount", Kind.MONEY),
        (Invoice, "currencyRate", Kind.NUMBER),
        (Invoice, "dueDate", Kind.DATETIME),
        (Invoice, "modifiedDate", Kind.DATETIME),
        (Invoice, "metadata.isDeleted", Kind.BOOLEAN),
        (Invoice, "status", Kind.TEXT),
        (Item, "billItem.unitPrice", Kind.MONEY),
        (Item, "billItem.taxRateRef.effectiveTaxRate", Kind.NUMBER),
        (TaxRate, "totalTaxRate", Kind.NUMBER),
        (Invoice, "lineItems", None),
        (Invoice, "lineItems.unitAmount", None),
        (Invoice, "customerRef", None),
        (Invoice, "supplementalData.content", None),
        (Invoice, "nothing", None),
    ],
)
def test_a_propertys_kind_is_found_by_its_path(
    model: type[BaseModel], path: str, kind: Kind | None
) -> None:
    assert property_kind(model, path) is kind


def test_a_value_is_reached_by_path_or_missing() -> None:
    record = {"customerRef": {"id": "c"}, "note": "x"}
    assert value_at(record, "customerRef.id") == "c"
    assert value_at(record, "customerRef.name") is None
    assert value_at(record, "note.deeper") is None
