"""What Xero says that contacts owe and are owed, by contact and by document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from functions.xero import native
from functions.xero.mapping.owed import aged, payable, receivable
from functions.xero.reports import AGED, BALANCES
from shared_code.errors import Reject
from shared_code.fetch.paging import about, follow
from shared_code.fetch.paging.protocol import Answer
from shared_code.figures import Figure
from tests.unit.xero_mapping.examples import LOOKUPS, Json

COLUMNS = ("Date", "Number", "Due Date", "", "Total", "Paid", "Credited", "Due")


def contact(**balances: Json) -> native.ContactBalances:
    told = {"ContactID": "c-1", "Name": "Orchard Hotel", "Balances": balances or None}
    return native.ContactBalances.model_validate(told)


def owed(outstanding: str, overdue: str) -> Json:
    return {"Outstanding": Decimal(outstanding), "Overdue": Decimal(overdue)}


def row(*texts: str, invoice: str | None = None) -> Json:
    marks = {"Attributes": [{"Value": invoice, "Id": "invoiceID"}]} if invoice else {}
    return {"RowType": "Row", "Cells": [{"Value": text, **marks} for text in texts]}


def report(*rows: Json, columns: tuple[str, ...] = COLUMNS) -> native.Report:
    header = {"RowType": "Header", "Cells": [{"Value": text} for text in columns]}
    sections = [{"RowType": "Section", "Title": "", "Rows": [each]} for each in rows]
    return native.Report.model_validate({"Rows": [header, *sections]})


def test_a_contact_is_customer_and_supplier_apart() -> None:
    told = contact(AccountsReceivable=owed("118.90", "136.90"), AccountsPayable=owed("-43.60", "0"))
    assert receivable(told, LOOKUPS) == [
        Figure("c-1", "Orchard Hotel", Decimal("118.90"), overdue=Decimal("136.90"))
    ]
    assert payable(told, LOOKUPS) == [
        Figure("c-1", "Orchard Hotel", Decimal("-43.60"), overdue=Decimal(0))
    ]


def test_who_owes_nothing_is_left_out() -> None:
    assert receivable(contact(), LOOKUPS) == []
    assert payable(contact(AccountsPayable=owed("0.00", "0.00")), LOOKUPS) == []


def test_an_aged_report_tells_what_is_due_of_each_document() -> None:
    told = report(
        row("2029-05-01T00:00:00", "Opening Balance", "", "", "", "", "", "0.00"),
        row(
            *("2029-05-01T00:00:00", "INV-1", "2029-06-10T00:00:00", "20 days overdue"),
            *("100.00", "10.00", "5.00", "85.00"),
            invoice="i-1",
        ),
        row("", "neither of these", "", "", "", "", "", "7.00"),
    )
    assert aged(told, LOOKUPS) == [
        Figure("", "Opening Balance", Decimal("0.00")),
        Figure("i-1", "INV-1", Decimal("85.00"), due=date(2029, 6, 10)),
    ]


def test_an_aged_report_that_cannot_be_read_says_what_is_wrong() -> None:
    with pytest.raises(Reject, match="has no column Due Date"):
        aged(report(columns=("Date", "Due")), LOOKUPS)
    with pytest.raises(Reject, match="a due date is none"):
        aged(report(row("", "", "soon", "", "", "", "", "1.00", invoice="i-1")), LOOKUPS)
    for check in BALANCES:
        with pytest.raises(Reject, match="cannot be read"):
            check.figures({"Balances": 5}, LOOKUPS)


def test_an_aged_report_is_asked_for_one_contact_after_another() -> None:
    paging = AGED[0].paging
    cursor = about({"day": "2029-06-30"}, ["c-1", "c-2"])
    assert paging.ask(cursor).params == {"contactId": "c-1", "date": "2029-06-30"}
    cursor = follow(paging, cursor, Answer([]))
    assert paging.ask(cursor).params["contactId"] == "c-2"
    assert follow(paging, cursor, Answer([]))["done"]
    assert about({}, []) == {"done": True}
