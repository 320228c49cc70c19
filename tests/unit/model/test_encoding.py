"""Promises of the canonical JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared_code.model import decode, encode
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.model.accounting.invoice import Invoice, InvoiceLine, InvoiceStatus
from shared_code.model.base import MONEY_SCALE, SupplementalData, scaled_money

AMOUNTS = st.decimals(
    min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=9, allow_nan=False
)


def an_invoice(**changes: object) -> Invoice:
    fields: dict[str, object] = {
        "id": "inv-1",
        "issue_date": date(2024, 3, 31),
        "total_tax_amount": Decimal("20.00"),
        "total_amount": Decimal("120.00"),
        "amount_due": Decimal(0),
        "status": InvoiceStatus.PAID,
        "line_items": (
            InvoiceLine(unit_amount=Decimal("33.3333"), quantity=Decimal(3), description="Tea"),
        ),
    }
    return Invoice.model_validate(fields | changes)


def test_a_record_is_written_with_sorted_keys_and_without_absent_values() -> None:
    assert encode(an_invoice()) == (
        b'{"amountDue":0,"id":"inv-1","issueDate":"2024-03-31T00:00:00",'
        b'"lineItems":[{"description":"Tea","quantity":3,"unitAmount":33.3333}],'
        b'"metadata":{"isDeleted":false},"status":"Paid","totalAmount":120.00,'
        b'"totalTaxAmount":20.00}'
    )


@given(AMOUNTS)
def test_every_digit_of_money_reaches_the_wire_as_a_number(amount: Decimal) -> None:
    written = encode(an_invoice(total_amount=amount))
    read = decode(written)["totalAmount"]
    assert isinstance(read, int | Decimal)
    assert Decimal(read) == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1E+3", b"1000"),
        ("-2.5E-9", b"-0.0000000025"),
        ("-0.00", b"0.00"),
        ("0E-8", b"0.00000000"),
        ("1.10", b"1.10"),
        ("-120.00", b"-120.00"),
    ],
)
def test_numbers_are_plain_digits(amount: str, text: bytes) -> None:
    assert encode({"n": Decimal(amount)}) == b'{"n":' + text + b"}"


@given(AMOUNTS, st.text(st.characters(codec="utf-8")))
def test_bytes_are_the_same_after_any_store_that_keeps_the_values(
    amount: Decimal, text: str
) -> None:
    written = encode(an_invoice(total_amount=amount, note=text))
    shuffled = dict(reversed(decode(written).items()))
    assert encode(shuffled) == written


def test_free_maps_are_sorted_too() -> None:
    first = SupplementalData(content={"a": {"x": 1, "y": 2}, "b": {}})
    second = SupplementalData(content={"b": {}, "a": {"y": 2, "x": 1}})
    assert encode(first) == encode(second)


def test_an_instant_is_written_in_utc_and_a_local_time_without_zone() -> None:
    paris = timezone(timedelta(hours=2))
    record = an_invoice(
        source_modified_date=datetime(2024, 5, 1, 12, 30, 0, 250, paris),
        due_date="2024-05-31T23:59:59",
    )
    written = decode(encode(record))
    assert written["sourceModifiedDate"] == "2024-05-01T10:30:00.000250Z"
    assert written["dueDate"] == "2024-05-31T23:59:59"


@pytest.mark.parametrize("moment", [datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))])
def test_a_moment_outside_the_calendar_is_refused(moment: datetime) -> None:
    with pytest.raises(ValidationError, match="outside the calendar"):
        an_invoice(due_date=moment)


def test_a_float_or_an_infinity_is_never_written() -> None:
    with pytest.raises(TypeError):
        encode({"n": Decimal("NaN")})
    with pytest.raises(ValidationError):
        an_invoice(total_amount=Decimal("Infinity"))
    with pytest.raises(ValidationError):
        an_invoice(total_amount=Decimal("1E+999999"))


def test_what_was_written_is_read_back_into_the_same_record() -> None:
    record = an_invoice(source_modified_date=datetime(2024, 1, 1, tzinfo=UTC))
    assert Invoice.model_validate(decode(encode(record))) == record


def test_an_unknown_property_is_refused_where_a_record_is_made() -> None:
    with pytest.raises(ValidationError):
        an_invoice(totalAmmount=1)


def test_the_sources_word_for_an_unmapped_enum_is_kept() -> None:
    kept = SupplementalData.of_unmapped({"status": "ON_HOLD"})
    assert kept is not None
    assert json.loads(encode(kept)) == {"content": {"unmapped": {"status": "ON_HOLD"}}}
    assert SupplementalData.of_unmapped({}) is None


def test_a_company_without_facts_is_an_empty_object() -> None:
    assert encode(CompanyInfo()) == b"{}"


@given(AMOUNTS)
def test_scaled_money_is_exact_or_absent(amount: Decimal) -> None:
    scaled = scaled_money(amount)
    if scaled is None:
        assert amount != round(amount, 4) or abs(amount) > 922_337_203_685_477
    else:
        assert Decimal(scaled) / MONEY_SCALE == amount


@pytest.mark.parametrize("amount", ["922337203685477.5808", "1E+500000", "1E-500000", "0.00001"])
def test_scaled_money_does_not_round(amount: str) -> None:
    assert scaled_money(Decimal(amount)) is None
