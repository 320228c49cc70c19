"""Xero's records: the fields, formats and sums that a connector relies on."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from local.providers.books.book import Book
from local.providers.books.generate import Story, generate
from local.providers.books.model import DocumentStatus, LineAmounts
from local.providers.kit.declared import Telling
from local.providers.xero import documents, shapes
from local.providers.xero.resources import RESOURCES
from local.providers.xero.shapes import FULL, LIGHT, LISTED, Detail
from local.providers.xero.wire import day, instant, number

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
BY_NAME = {each.name: each for each in RESOURCES}
DATE = re.compile(r"/Date\(-?\d+\+0000\)/")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# JSON as a connector reads it, numbers exact.
Json = Any

INVOICE_FIELDS = {
    *("Type", "InvoiceID", "InvoiceNumber", "Reference", "Contact", "Date", "DateString"),
    *("DueDate", "DueDateString", "Status", "LineAmountTypes", "LineItems", "SubTotal"),
    *("TotalTax", "Total", "AmountDue", "AmountPaid", "AmountCredited", "CurrencyCode"),
    *("CurrencyRate", "UpdatedDateUTC", "UpdatedDateUTCString", "Payments", "CreditNotes"),
    *("Prepayments", "Overpayments", "SentToContact", "HasAttachments", "HasErrors"),
    *("IsDiscounted",),
}


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(Story(invoices=1200), 0)


def read(record: Mapping[str, object]) -> Json:
    return json.loads(orjson.dumps(record), parse_float=Decimal)


def told(book: Book, name: str) -> list[Json]:
    resource = BY_NAME[name]
    telling = Telling(book, NOW)
    return [read(resource.shape(each, telling)) for each in resource.records(book)]


def walk(value: Json) -> list[tuple[str, Json]]:
    found: list[tuple[str, Json]] = []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += [(name, inner), *walk(inner)]
    elif isinstance(value, list):
        for inner in value:
            found += walk(inner)
    return found


def test_amounts_are_exact_numbers_with_their_cents() -> None:
    assert orjson.dumps([number(Decimal("46.00")), number(Decimal("0.10"))]) == b"[46.00,0.10]"


def test_dates_are_their_midnight_in_utc_and_instants_keep_milliseconds() -> None:
    assert day(date(2018, 10, 20)) == "/Date(1539993600000+0000)/"
    assert day(date(1969, 12, 31)) == "/Date(-86400000+0000)/"
    assert instant(datetime(2018, 11, 2, 16, 31, 30, 160_000, UTC)) == "/Date(1541176290160+0000)/"


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_date_and_id_has_xeros_form_and_nothing_is_null(book: Book, name: str) -> None:
    for field, value in walk(told(book, name)):
        assert value is not None, field
        if field in ("Date", "DueDate", "FullyPaidOnDate") or field.endswith("DateUTC"):
            assert DATE.fullmatch(value), field
        if field.endswith("ID") and isinstance(value, str):
            assert UUID.fullmatch(value), field


def test_an_invoice_has_all_its_fields_and_its_sums_agree(book: Book) -> None:
    for record in told(book, "Invoices"):
        assert record.keys() >= INVOICE_FIELDS
        lines = record["LineItems"]
        amounts = sum(line["LineAmount"] for line in lines)
        tax = sum(line["TaxAmount"] for line in lines)
        inclusive = record["LineAmountTypes"] == "Inclusive"
        assert record["TotalTax"] == tax
        assert record["Total"] == (amounts if inclusive else amounts + tax)
        assert record["SubTotal"] + record["TotalTax"] == record["Total"]
        assert record["AmountPaid"] == sum(each["Amount"] for each in record["Payments"])
        assert record["AmountCredited"] == sum(
            each["AppliedAmount"]
            for kind in ("CreditNotes", "Overpayments", "Prepayments")
            for each in record[kind]
        )
        if record["Status"] not in ("VOIDED", "DELETED"):
            settled = record["AmountPaid"] + record["AmountCredited"] + record["AmountDue"]
            assert settled == record["Total"]


def test_a_line_names_its_account_item_tax_and_tracking(book: Book) -> None:
    accounts = {each["Code"]: each["AccountID"] for each in told(book, "Accounts")}
    items = {each["Code"]: each for each in told(book, "Items")}
    rates = {each["TaxType"] for each in told(book, "TaxRates")}
    (category,) = told(book, "TrackingCategories")
    options = {each["TrackingOptionID"] for each in category["Options"]}
    lines = [line for record in told(book, "Invoices") for line in record["LineItems"]]
    for line in lines:
        assert line["AccountID"] == accounts[line["AccountCode"]]
        assert line["TaxType"] in rates
        if "ItemCode" in line:
            assert line["Item"]["ItemID"] == items[line["ItemCode"]]["ItemID"]
        assert all(each["TrackingOptionID"] in options for each in line["Tracking"])
    assert any("DiscountRate" in line for line in lines)
    assert any("ItemCode" not in line for line in lines)


def test_without_lines_a_list_tells_payments_still_and_a_light_one_neither(book: Book) -> None:
    paid = next(each for each in book.invoices if each.payments)
    listed, light = (read(documents.invoice(book, paid, each)) for each in (LISTED, LIGHT))
    assert listed["LineItems"] == []
    assert listed["Payments"]
    assert light["LineItems"] == []
    assert "Payments" not in light


def test_unit_amounts_have_two_decimals_or_four_when_asked_for(book: Book) -> None:
    document = next(
        each
        for each in book.invoices
        if any(line.unit_price == Decimal("0.1175") for line in each.lines)
    )
    for places, wanted in ((2, Decimal("0.12")), (4, Decimal("0.1175"))):
        record = read(documents.invoice(book, document, Detail(unit_places=places)))
        assert wanted in [line["UnitAmount"] for line in record["LineItems"]]


def test_an_inclusive_line_amount_holds_its_tax(book: Book) -> None:
    inclusive = next(e for e in book.invoices if e.line_amounts is LineAmounts.INCLUSIVE)
    line, record = inclusive.lines[0], read(documents.invoice(book, inclusive))
    assert record["LineItems"][0]["LineAmount"] == line.net + line.tax


def test_only_a_paid_document_says_when_it_was_paid(book: Book) -> None:
    for record in told(book, "Invoices"):
        assert ("FullyPaidOnDate" in record) == (record["Status"] == "PAID")


def test_a_contact_is_known_as_customer_or_supplier_by_its_documents(book: Book) -> None:
    types: dict[str, set[str]] = {}
    for name in ("Invoices", "CreditNotes"):
        for record in told(book, name):
            types.setdefault(record["Contact"]["ContactID"], set()).add(record["Type"][:6])
    for record in told(book, "Contacts"):
        kinds = types.get(record["ContactID"], set())
        assert (record["IsCustomer"], record["IsSupplier"]) == (
            "ACCREC" in kinds,
            "ACCPAY" in kinds,
        )
        assert ("Balances" in record) == bool(kinds)
        assert {each["AddressType"] for each in record["Addresses"]} == {"STREET", "POBOX"}
        assert {each["PhoneType"] for each in record["Phones"]} == {
            *("DEFAULT", "DDI", "FAX", "MOBILE")
        }


def test_a_light_contact_has_no_addresses_phones_or_balances(book: Book) -> None:
    contact = next(iter(book.contacts))
    light = read(shapes.contact(book, contact, at=shapes.Standing(TODAY), detail=LIGHT))
    assert not {"Addresses", "Phones", "Balances"} & light.keys()


def test_a_payment_names_its_account_and_invoice_in_short(book: Book) -> None:
    accounts = {each["AccountID"]: each for each in told(book, "Accounts")}
    invoices = {each["InvoiceID"]: each for each in told(book, "Invoices")}
    credits_ = {
        each["ID"]: each
        for name in ("CreditNotes", "Overpayments", "Prepayments")
        for each in told(book, name)
    }
    words = {"ACCREC": "AR", "ACCPAY": "AP", "RECEIVE-": "AR", "SPEND-": "AP"}
    for record in told(book, "Payments"):
        assert accounts[record["Account"]["AccountID"]]["Type"] == "BANK"
        invoice = (invoices | credits_)[record["Invoice"]["InvoiceID"]]
        assert record["Invoice"]["LineItems"] == []
        kind = invoice["Type"]
        if record["Invoice"]["InvoiceID"] in credits_:
            for word, short in words.items():
                kind = kind.replace(word, short)
        assert record["PaymentType"] == kind + "PAYMENT"
        embedded = record["PaymentID"] in {each["PaymentID"] for each in invoice["Payments"]}
        assert embedded == (record["Status"] == "AUTHORISED")
        if invoice["CurrencyCode"] == "GBP":
            assert record["BankAmount"] == record["Amount"]


def test_a_single_payment_tells_its_invoice_in_full(book: Book) -> None:
    payment = next(iter(book.payments))
    assert read(documents.payment(book, payment, full=True))["Invoice"]["LineItems"]


def test_a_credit_note_tells_what_it_gave_and_what_remains(book: Book) -> None:
    records = told(book, "CreditNotes")
    assert {each["Type"] for each in records} == {"ACCRECCREDIT", "ACCPAYCREDIT"}
    for record in records:
        applied = sum(each["Amount"] for each in record["Allocations"])
        paid_back = sum(each["Amount"] for each in record["Payments"])
        assert record["AppliedAmount"] == applied
        assert record["RemainingCredit"] == record["Total"] - applied - paid_back


def test_only_bank_accounts_have_bank_fields_and_system_accounts_say_so(book: Book) -> None:
    records = told(book, "Accounts")
    for record in records:
        assert ("BankAccountNumber" in record) == (record["Type"] == "BANK")
    system = {each["SystemAccount"] for each in records if "SystemAccount" in each}
    assert {"DEBTORS", "CREDITORS", "GST"} <= system
    assert "ARCHIVED" in {each["Status"] for each in records}


def test_a_deleted_item_leaves_its_code_on_the_lines(book: Book) -> None:
    document = next(e for e in book.invoices if e.lines[0].item_code)
    code = document.lines[0].item_code
    assert code
    del book.items_by_code[code]
    try:
        line = read(documents.invoice(book, document, FULL))["LineItems"][0]
    finally:
        book.index()
    assert line["ItemCode"] == code
    assert "Item" not in line


def test_statuses_have_xeros_names(book: Book) -> None:
    document = next(iter(book.invoices))
    names = [
        read(documents.invoice(book, replace(document, status=status)))["Status"]
        for status in DocumentStatus
    ]
    assert names == ["DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"]
