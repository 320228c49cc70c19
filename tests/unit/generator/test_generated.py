"""Made-up records are valid, various, the same for the same seed, and name each other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from local.generator.generated import generated
from local.generator.ids import id_of
from shared_code.model import DATA_TYPES, DataType, Shape, decode, encode, index_of
from shared_code.model.properties import value_at
from shared_code.store.records import record_in

DRAWN = 40
COUNT = 52  # more than are drawn, so that there are copies
SINGULAR = [key for key, info in DATA_TYPES.items() if info.singular]
LISTS = [key for key, info in DATA_TYPES.items() if not info.singular]


@cache
def made(data_type: str) -> tuple[Shape, ...]:
    return tuple(generated(data_type, COUNT, seed=1, templates=DRAWN))


def documents(data_type: str) -> list[dict[str, Any]]:
    return [decode(encode(record)) for record in made(data_type)]


def ids(data_type: str) -> list[str]:
    return [record_in(record).source_id for record in made(data_type)]


@pytest.mark.parametrize("data_type", DATA_TYPES)
def test_every_record_is_what_its_model_allows(data_type: DataType) -> None:
    model = DATA_TYPES[data_type].model
    for record in made(data_type):
        assert model.model_validate(record.model_dump()) == record


@pytest.mark.parametrize("data_type", DATA_TYPES)
def test_every_record_can_be_stored(data_type: DataType) -> None:
    for record in made(data_type):
        assert record_in(record).doc == encode(record).decode()


@pytest.mark.parametrize("data_type", LISTS)
def test_there_are_as_many_as_asked_for_and_each_has_an_id_of_its_own(data_type: DataType) -> None:
    assert len(set(ids(data_type))) == len(made(data_type)) == COUNT


@pytest.mark.parametrize("data_type", SINGULAR)
def test_a_type_that_is_one_object_has_one_and_not_a_bare_one(data_type: DataType) -> None:
    (only,) = documents(data_type)
    bare = [name for name, field in field_names(data_type).items() if field.is_required()]
    assert set(only) > set(bare)


def field_names(data_type: DataType) -> dict[str, FieldInfo]:
    fields = DATA_TYPES[data_type].model.model_fields
    return {field.alias or name: field for name, field in fields.items()}


@pytest.mark.parametrize("data_type", LISTS)
def test_whatever_can_be_queried_is_there_in_some_record(data_type: DataType) -> None:
    shallow = [each for each in index_of(DATA_TYPES[data_type].model).names if each.count(".") < 2]
    for path in shallow:
        values = [value_at(document, path) for document in documents(data_type)]
        # When a version was published is for the reader to say.
        assert any(value is not None for value in values) == (path != "modifiedDate"), path


@pytest.mark.parametrize("data_type", LISTS)
def test_whatever_may_be_left_out_is_left_out_of_some_record(data_type: DataType) -> None:
    for name, field in field_names(data_type).items():
        missing = [name not in document for document in documents(data_type)]
        assert any(missing) != (field.is_required() or name == "metadata"), name


@pytest.mark.parametrize("data_type", ["invoices", "commerce-orders", "company"])
def test_the_same_seed_makes_the_same_records(data_type: DataType) -> None:
    assert tuple(generated(data_type, COUNT, seed=1, templates=DRAWN)) == made(data_type)


def test_another_seed_makes_other_records_of_the_same_ids() -> None:
    others = tuple(generated("invoices", COUNT, seed=2, templates=DRAWN))
    assert [record_in(each).source_id for each in others] == ids("invoices")
    same = sum(one == other for one, other in zip(others, made("invoices"), strict=True))
    assert same < COUNT // 10


@pytest.mark.parametrize(
    ("data_type", "path", "named"),
    [
        ("invoices", "customerRef.id", "customers"),
        ("bills", "supplierRef.id", "suppliers"),
        ("payments", "paymentMethodRef.id", "paymentMethods"),
        ("commerce-payments", "paymentMethodRef.id", "commerce-paymentMethods"),
        ("bankTransactions", "accountId", "bankAccounts"),
        ("accountTransactions", "bankAccountRef.id", "bankAccounts"),
        ("banking-transactions", "accountId", "banking-accounts"),
        ("banking-accountBalances", "accountId", "banking-accounts"),
        ("banking-transactions", "transactionCategoryRef.id", "banking-transactionCategories"),
        ("trackingCategories", "parentId", "trackingCategories"),
        ("commerce-orders", "customerRef.id", "commerce-customers"),
        ("journalEntries", "journalRef.id", "journals"),
    ],
)
def test_a_reference_names_a_record_that_there_is(data_type: str, path: str, named: str) -> None:
    found = {value_at(document, path) for document in documents(data_type)} - {None}
    assert len(found) > 1
    assert found <= set(ids(named))


def test_a_reference_that_says_its_data_type_names_a_record_of_that_type() -> None:
    found = [
        (value_at(document, "recordRef.dataType"), value_at(document, "recordRef.id"))
        for document in documents("journalEntries")
    ]
    whole = [(str(named), record_id) for named, record_id in found if named and record_id]
    assert whole
    for named, record_id in whole:
        assert record_id in set(ids(named))


def test_ids_have_all_the_forms_that_sources_have() -> None:
    found = ids("invoices")
    for part in ("/", " ", "帳", "{", "%", "'", '"', "&"):
        assert any(part in each for each in found), part
    assert any(each.isdigit() for each in found)
    assert has_twins(found)


def has_twins(found: Iterable[str]) -> bool:
    folded = [each.lower() for each in found]
    return len(folded) > len(set(folded))


def test_no_two_records_of_a_type_share_an_id() -> None:
    assert len({id_of("invoices", number) for number in range(10_000)}) == 10_000
