"""Promises of reading Xero's pages."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.xero import native
from functions.xero.mapping.lookups import make_lookups
from shared_code.mapping.books import Books
from shared_code.model import encode
from tests.unit.xero_mapping import examples
from tests.unit.xero_mapping.mappings import map_invoice


def page(records: str, more: str = "") -> bytes:
    return f'{{"Status": "OK", {more} "Invoices": {records}}}'.encode()


@given(st.decimals(-(10**15), 10**15, places=4))
def test_money_is_never_rounded_on_its_way_from_page_to_wire(amount: Decimal) -> None:
    body = page(
        f'[{{"Type": "ACCREC", "InvoiceID": "1", "Date": "2024-01-01", "Total": {amount:f},'
        f' "SubTotal": {amount:f}, "TotalTax": 0, "AmountDue": 0.00}}]'
    )
    (record,) = native.parse_page(body, "Invoices").records
    mapped = map_invoice(record, Books())
    assert mapped is not None
    assert mapped.total_amount == amount
    assert f'"totalAmount":{amount or abs(amount):f}'.encode() in encode(mapped)


def test_the_count_is_read_where_there_is_one() -> None:
    assert native.parse_page(page("[]", '"pagination": {"itemCount": 7},'), "Invoices").total == 7
    assert native.parse_page(page("[]"), "Invoices").total is None


def test_an_organisation_knows_when_it_was_read() -> None:
    body = json.dumps({"DateTimeUTC": "/Date(0)/", "Organisations": [{"Name": "R"}]}).encode()
    assert native.parse_page(body, "Organisations").records == [
        {"DateTimeUTC": "/Date(0)/", "Name": "R"}
    ]


def test_a_category_is_followed_by_its_options() -> None:
    category = {"TrackingCategoryID": "c", "Options": [{"TrackingOptionID": "o", "Name": "N"}]}
    body = json.dumps({"TrackingCategories": [category, {"TrackingCategoryID": "d"}]}).encode()
    records = native.parse_page(body, "TrackingCategories").records
    assert [(each["ID"], each.get("ParentID"), each.get("HasOptions")) for each in records] == [
        ("c", None, True),
        ("o", "c", None),
        ("d", None, False),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"[]",
        b"{}",
        b'{"Invoices": {}}',
        b'{"Invoices": [1]}',
        b'{"Invoices": [{"Total": 1e99999999999999999999}]}',
        b'{"Invoices": ' + b"[" * 200_000,
        b"\xff",
    ],
)
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        native.parse_page(body, "Invoices")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (r'"a\u0000b"', "ab"),
        (r'"a\\u0000b\u0000"', r"a\u0000b"),
        (r'"tea \ud83c\udf75"', "tea 🍵"),
        (r'"tea \uD83C"', "tea \ufffd"),
    ],
)
def test_text_that_no_store_can_keep_is_mended(written: str, kept: str) -> None:
    (record,) = native.parse_page(page(f'[{{"Reference": {written}}}]'), "Invoices").records
    assert record["Reference"] == kept


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("/Date(1539993600000+0000)/", datetime(2018, 10, 20, tzinfo=UTC)),
        ("/Date(1539993600000)/", datetime(2018, 10, 20, tzinfo=UTC)),
        ("/Date(1539993600000+1300)/", datetime(2018, 10, 20, tzinfo=UTC)),
        ("/Date(-1)/", datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
        ("2018-10-20", datetime(2018, 10, 20, tzinfo=UTC)),
        ("2018-10-20T01:00:00+01:00", datetime(2018, 10, 20, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_in_all_their_forms(written: str | None, moment: datetime | None) -> None:
    assert native.to_instant(written) == moment


@pytest.mark.parametrize("written", ["/Date()/", "/Date(9999999999999999)/", "soon", 5, {}])
def test_what_is_no_date_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        native.to_instant(written)


def test_a_calendar_date_does_not_shift() -> None:
    read = native.Invoice.model_validate(examples.invoice(Date="/Date(1711843200000+1300)/"))
    assert read.day == date(2024, 3, 31)


def test_a_record_that_cannot_be_read_is_left_out_of_the_lookups() -> None:
    broken = examples.account(AccountID=None, Code="999")
    lookups = make_lookups({"Accounts": [broken, examples.account()]})
    assert [lookups.accounts.ref(code) is None for code in ("200", "999")] == [False, True]
