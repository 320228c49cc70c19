"""Promises of the registry of data types and of their properties."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from shared_code.model import (
    DATA_TYPES,
    DataType,
    DataTypeInfo,
    Kind,
    Level,
    Property,
    Shape,
    decode,
    encode,
    index_of,
    property_kind,
)
from shared_code.model.accounting.invoice import Invoice
from shared_code.model.accounting.item import Item
from shared_code.model.accounting.tax_rate import TaxRate
from shared_code.model.properties import value_at
from tests.support.samples import sample

INFOS = list(DATA_TYPES.values())
MODELS = [info.model for info in INFOS]

SINGULAR = {
    "balanceSheet",
    "cashFlowStatement",
    "profitAndLoss",
    "company",
    "commerce-companyInfo",
}
WITHOUT_MODIFIED_DATE = {"balanceSheet", "cashFlowStatement", "profitAndLoss", "company"}
WITHOUT_METADATA = {*SINGULAR, "bankTransactions"}

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
}


def test_there_are_exactly_43_data_types_each_with_a_model_of_its_own() -> None:
    assert len(DataType) == len(DATA_TYPES) == len({*MODELS}) == 43
    assert all(DATA_TYPES[key].data_type is key for key in DataType)


def test_a_type_is_found_by_its_key_in_any_case() -> None:
    assert all(DataType(key.upper()) is key for key in DataType)
    with pytest.raises(ValueError, match="widgets"):
        DataType("widgets")


@pytest.mark.parametrize("key", DataType)
def test_the_url_says_what_the_key_says_but_for_those_that_the_contract_names(
    key: DataType,
) -> None:
    others = {
        "balanceSheet": "financials/balanceSheet",
        "bankTransactions": "bankAccounts/{accountId}/bankTransactions",
        "cashFlowStatement": "financials/cashFlowStatement",
        "chartOfAccounts": "accounts",
        "commerce-companyInfo": "commerce-info",
        "company": "info",
        "profitAndLoss": "financials/profitAndLoss",
    }
    assert DATA_TYPES[key].path == others.get(key, key)


def test_no_two_types_lie_at_the_same_url() -> None:
    assert len({info.path.lower() for info in INFOS}) == 43


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.data_type)
def test_what_the_registry_says_of_a_type_is_what_its_model_has(info: DataTypeInfo) -> None:
    key, properties = info.data_type, info.model.model_fields
    of_accounting = "-" not in key
    assert info.singular == (key in SINGULAR)
    assert info.has_metadata == (of_accounting and key not in WITHOUT_METADATA)
    assert info.has_modified_date == (key not in WITHOUT_MODIFIED_DATE)
    assert ("metadata" in properties) == info.has_metadata
    assert ("modified_date" in properties) == info.has_modified_date
    assert ("source_modified_date" in properties) == info.has_modified_date
    assert ("id" in properties) == info.has_ids
    assert info.has_ids == (key not in SINGULAR | {"banking-accountBalances"})


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.data_type)
def test_the_companys_accounting_connection_serves_what_the_contract_has_there(
    info: DataTypeInfo,
) -> None:
    at_connection = "-" in info.data_type or info.data_type in {
        "accountTransactions",
        "bankAccounts",
        "bankTransactions",
        "directCosts",
        "directIncomes",
        "itemReceipts",
        "transfers",
    }
    assert (info.level is Level.CONNECTION) == at_connection


@pytest.mark.parametrize("name", REQUIRED)
def test_fields_that_clients_insist_on_cannot_be_left_out(name: str) -> None:
    (model,) = (each for each in MODELS if each.__name__ == name)
    required = {field.alias for field in model.model_fields.values() if field.is_required()}
    assert required == REQUIRED[name]


@pytest.mark.parametrize("full", [True, False], ids=["full", "minimal"])
@pytest.mark.parametrize("model", MODELS)
def test_a_record_is_read_back_as_it_was_written(model: type[Shape], *, full: bool) -> None:
    written = sample(model, full=full)
    assert model.model_validate(decode(encode(written))) == written


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.data_type)
def test_promoted_properties_exist_with_their_kind(info: DataTypeInfo) -> None:
    declared = {column.path: column.kind for column in info.promoted}
    found = [index_of(info.model).find(path) for path in declared]
    assert {each.path: each.kind for each in found if each} == declared
    assert bool(declared) != info.singular


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


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("id", True),
        ("supplierRef.id", True),
        ("accountId", True),
        ("paid", False),
        ("identifiers.iban", False),
    ],
)
def test_a_property_that_names_a_record_is_told_from_other_text(path: str, *, named: bool) -> None:
    assert Property(path, Kind.TEXT).is_id is named


def test_a_value_is_reached_by_path_or_missing() -> None:
    record = {"customerRef": {"id": "c"}, "note": "x"}
    assert value_at(record, "customerRef.id") == "c"
    assert value_at(record, "customerRef.name") is None
    assert value_at(record, "note.deeper") is None
