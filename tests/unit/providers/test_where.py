"""Xero's filter language."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from local.providers.xero.where import WhereError, compile_where


@dataclass
class Row:
    type: str = "ACCREC"
    status: str = "PAID"
    due: Decimal = Decimal("12.50")
    date: date = date(2026, 1, 31)
    updated: datetime = datetime(2026, 2, 1, 10, 30, 0, 5000, tzinfo=UTC)
    contact: str = "2f9e-11"
    reference: str | None = None
    reconciled: bool = True


FIELDS = {
    "Type": lambda row: row.type,
    "Status": lambda row: row.status,
    "AmountDue": lambda row: row.due,
    "Date": lambda row: row.date,
    "UpdatedDateUTC": lambda row: row.updated,
    "Contact.ContactID": lambda row: row.contact,
    "Reference": lambda row: row.reference,
    "IsReconciled": lambda row: row.reconciled,
}
HOLDS = [
    'Type=="ACCREC"',
    'type == "ACCREC"',
    'Type!="ACCPAY"',
    'Type=="ACCREC" AND Status=="PAID"',
    'Type=="ACCREC" && (Status=="DRAFT" || Status=="PAID")',
    'Type=="ACCPAY" OR Status=="PAID"',
    'Type=="ACCPAY" AND Status=="X" OR Status=="PAID"',
    "AmountDue>12.49",
    "AmountDue>=12.50 AND AmountDue<13",
    "Date>=DateTime(2026, 01, 31)",
    "Date==DateTime(2026,1,31)",
    "Date<DateTime(2026,02,01)",
    'Date<=DateTime.Parse("2026-01-31")',
    "UpdatedDateUTC>=DateTime(2026,02,01,10,30,00)",
    'Contact.ContactID==Guid("2f9e-11")',
    'Contact.ContactID==Guid.Parse("2f9e-11")',
    "Reference==null",
    'Status.Contains("AI")',
    'Status.StartsWith("PA")',
    'Status.EndsWith("ID") AND Type != null',
    "IsReconciled",
    "IsReconciled==true",
    '!(Type=="ACCPAY")',
    'NOT Type=="ACCPAY"',
]
FAILS = [
    'Type=="ACCPAY"',
    'Type=="accrec"',
    "Date>DateTime(2026,01,31)",
    "UpdatedDateUTC>=DateTime(2026,02,01,10,30,01)",
    "Reference>DateTime(2026,01,31)",
    'Reference.Contains("x")',
    "IsReconciled==false",
    'Status=="PAID" AND (Type=="ACCPAY" OR AmountDue==0)',
]


@pytest.mark.parametrize("text", HOLDS)
def test_a_filter_that_holds_lets_the_record_pass(text: str) -> None:
    assert compile_where(text, FIELDS)(Row())


@pytest.mark.parametrize("text", FAILS)
def test_a_filter_that_does_not_hold_stops_the_record(text: str) -> None:
    assert not compile_where(text, FIELDS)(Row())


@pytest.mark.parametrize(
    "text",
    [
        "Type==",
        'Type="ACCREC" AND',
        '(Type=="ACCREC"',
        'Nobody=="x"',
        "DateTime(2026,1,1)==Date",
        'Type=="a" "b"',
        "Date>=DateTime(2026,13,01)",
        "__class__==1",
        "",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(WhereError):
        compile_where(text, FIELDS)
