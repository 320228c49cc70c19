"""What the store keeps of a mapped record: its document, its hash, its promoted columns."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared_code.errors import Reject
from shared_code.model import DATA_TYPES, SINGULAR_ID, DataTypeInfo, decode
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.model.accounting.item import Item
from shared_code.store.documents import deleted_document
from shared_code.store.moments import to_micros
from shared_code.store.naming import column_name, snake
from shared_code.store.records import Totals, record_in
from shared_code.store.schema import RECORD_TABLES, record_table
from shared_code.store.schema.records import promoted_columns
from tests.support.records import NOON, invoice
from tests.support.samples import sample


def test_promoted_values_are_what_the_columns_hold() -> None:
    found = record_in(
        invoice(
            "a",
            "12.3456",
            amount_due=Decimal("0.00001"),
            customer_ref={"id": "c1", "company_name": "Acme"},
            due_date=datetime(2030, 1, 2),  # noqa: DTZ001 - a calendar date
            source_modified_date=NOON,
            metadata={"is_deleted": True},
        )
    )
    assert dict(zip(promoted_columns("invoices"), found.promoted, strict=True)) == {
        "invoice_number": None,
        "customer_ref_id": "c1",
        "customer_ref_company_name": "Acme",
        "issue_date": to_micros(datetime(2029, 12, 1, tzinfo=UTC)),
        "due_date": to_micros(datetime(2030, 1, 2, tzinfo=UTC)),
        "paid_on_date": None,
        "currency": "GBP",
        "total_amount": 123_456,
        # Five decimals do not fit: it is compared in the document.
        "amount_due": None,
        "status": "Submitted",
    }
    assert (found.source_id, found.source_modified_at) == ("a", to_micros(NOON))
    assert found.is_deleted


def test_a_property_inside_something_absent_is_absent() -> None:
    item = Item.model_validate(
        {
            "id": "i",
            "item_status": "Active",
            "type": "Service",
            "is_bill_item": False,
            "is_invoice_item": True,
            "invoice_item": {"unit_price": "9.5"},
        }
    )
    found = dict(zip(promoted_columns("items"), record_in(item).promoted, strict=True))
    assert (found["bill_item_unit_price"], found["invoice_item_unit_price"]) == (None, 95_000)


def test_a_type_that_is_one_object_has_one_id() -> None:
    found = record_in(CompanyInfo(company_name="Acme"))
    assert (found.source_id, found.promoted) == (SINGULAR_ID, ())
    assert found.doc == '{"companyName":"Acme"}'


@pytest.mark.parametrize(
    "change",
    [
        {"note": "x"},
        {"source_modified_date": NOON},
        {"metadata": {"is_deleted": True}},
        {"total_amount": Decimal("120.01")},
    ],
)
def test_whatever_clients_can_see_counts_as_a_change(change: dict[str, Any]) -> None:
    assert record_in(invoice("a")).content_hash != record_in(invoice("a", **change)).content_hash


def test_the_same_record_has_the_same_hash() -> None:
    assert record_in(invoice("a")).content_hash == record_in(invoice("a")).content_hash


@pytest.mark.parametrize("text", ["\0", "a\0b", "\\\0", "\\\\\0"])
def test_a_record_with_a_character_that_no_store_can_keep_is_rejected(text: str) -> None:
    with pytest.raises(Reject, match="NUL"):
        record_in(invoice("a", note=text))


def test_text_that_only_looks_like_such_a_character_is_kept() -> None:
    record = record_in(invoice("a", note=r"\u0000 and \\u0000"))
    assert decode(record.doc)["note"] == r"\u0000 and \\u0000"


def test_a_deleted_document_differs_in_that_alone() -> None:
    record = record_in(invoice("a", "0.10", currency_rate=Decimal("1.000000001")))
    doc, content_hash = deleted_document(record.doc)
    assert decode(doc) == decode(record.doc) | {"metadata": {"isDeleted": True}}
    assert (
        content_hash
        == record_in(
            invoice(
                "a", "0.10", currency_rate=Decimal("1.000000001"), metadata={"is_deleted": True}
            )
        ).content_hash
    )


@pytest.mark.parametrize("info", DATA_TYPES.values(), ids=lambda info: info.data_type)
def test_every_type_has_a_table_with_its_promoted_columns_and_fills_them(
    info: DataTypeInfo,
) -> None:
    names = {column_name(each.path) for each in info.promoted}
    assert names == set(promoted_columns(info.data_type))
    assert names <= set(record_table(info.data_type).columns.keys())
    found = record_in(sample(info.model, full=True)).promoted
    assert len(found) == len(names)
    assert None not in found


def test_there_is_one_table_a_type() -> None:
    assert len({table.name for table in RECORD_TABLES.values()}) == len(DATA_TYPES)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("chartOfAccounts", "chart_of_accounts"),
        ("banking-accountBalances", "banking_account_balances"),
        ("customerRef.companyName", "customer_ref_company_name"),
        ("bills", "bills"),
    ],
)
def test_names_need_no_quotes(name: str, written: str) -> None:
    assert snake(name) == written


def test_the_oldest_totals_are_forgotten_first() -> None:
    totals = Totals(kept=2)
    assert [totals.get(key, lambda: 1) for key in ("a", "b", "a", "c")] == [1, 1, 1, 1]
    assert totals.get("a", lambda: 2) == 1
    assert totals.get("b", lambda: 2) == 2
