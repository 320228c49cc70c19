"""Xero's attachments and PDFs: what is asked for, and what is read."""

from __future__ import annotations

import json

import pytest

from functions.xero.settings import XeroSettings
from functions.xero.spec import DOCUMENTS, parse_attachments
from shared_code.catalogue import XERO
from shared_code.model.accounting.attachment import Attachment
from shared_code.spec import Call

LISTING = Call("/api.xro/2.0/Invoices/i-1/Attachments")


def test_the_catalogue_says_what_the_connector_can() -> None:
    assert set(XERO.attachments) == set(DOCUMENTS.attachments)
    assert set(XERO.pdfs) == set(DOCUMENTS.pdfs)
    assert set(XERO.attachments) | set(XERO.pdfs) <= set(XERO.data_types)


def test_the_consent_asks_for_what_attachments_need() -> None:
    assert DOCUMENTS.scopes & set(XeroSettings().scopes.split())


@pytest.mark.parametrize(
    ("data_type", "collection"),
    [
        ("customers", "Contacts"),
        ("suppliers", "Contacts"),
        ("invoices", "Invoices"),
        ("bills", "Invoices"),
        ("directCosts", "BankTransactions"),
        ("directIncomes", "BankTransactions"),
        ("purchaseOrders", "PurchaseOrders"),
    ],
)
def test_attachments_lie_below_the_record(data_type: str, collection: str) -> None:
    call = DOCUMENTS.attachments[data_type]("i-1")
    assert call == Call(f"/api.xro/2.0/{collection}/i-1/Attachments")


@pytest.mark.parametrize(
    ("data_type", "collection"), [("invoices", "Invoices"), ("purchaseOrders", "PurchaseOrders")]
)
def test_a_pdf_is_the_record_itself_in_another_form(data_type: str, collection: str) -> None:
    call = DOCUMENTS.pdfs[data_type]("i-1")
    assert call.path == f"/api.xro/2.0/{collection}/i-1"
    assert call.headers == {"Accept": "application/pdf"}


def test_every_property_of_an_attachment_is_read() -> None:
    told = {
        "AttachmentID": "a-1",
        "FileName": "foobar.jpg",
        "Url": "https://api.xero.com/api.xro/2.0/Invoices/i-1/Attachments/foobar.jpg",
        "MimeType": "image/jpg",
        "ContentLength": 2878711,
        "IncludeOnline": True,
    }
    [found] = parse_attachments(json.dumps({"Attachments": [told]}).encode())
    assert found == Attachment(
        id="a-1",
        name="foobar.jpg",
        content_type="image/jpg",
        file_size=2878711,
        include_when_sent=True,
    )


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{}", b'{"Attachments": 1}', b'{"Attachments": [{"FileName": "x"}]}', b""],
)
def test_a_body_that_is_no_list_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is the promise
        parse_attachments(body)


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("image/jpg", "image/jpg"),
        (None, "application/octet-stream"),
        ("image/jpg\r\nX: y", "application/octet-stream"),
        ("Bild/ö", "application/octet-stream"),
    ],
)
def test_a_download_is_by_id_and_names_the_type_that_xero_told(told: str | None, sent: str) -> None:
    call = DOCUMENTS.download(LISTING, Attachment(id="a/1", name="../x", content_type=told))
    assert call.path == "/api.xro/2.0/Invoices/i-1/Attachments/a%2F1"
    assert call.headers["contentType"] == sent
