"""Tie-out of aged debtors and creditors: contacts by our records beside the provider's word."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared_code.figures import AGED_DEBTORS, Figure, by_document
from shared_code.model import DataType, decode, encode
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.model.shapes import CreditNoteStatus, CustomerRef
from shared_code.query import evaluate
from shared_code.reports.owed import differing, open_documents
from shared_code.reports.tie_out import TieOutLine
from shared_code.reports.tie_out_contacts import CREDIT, Told, compare_contacts, differs

DAY = date(2029, 6, 30)
CUSTOMER = CustomerRef(id="c", company_name="Orchard Hotel")


def invoice(due: str = "100.00", **changes: Any) -> Invoice:  # noqa: ANN401 - a model's fields
    fields: dict[str, Any] = {
        "id": "i",
        "issue_date": datetime(2029, 5, 1),  # noqa: DTZ001 - a calendar date has no zone
        "due_date": datetime(2029, 6, 10),  # noqa: DTZ001
        "total_tax_amount": Decimal(0),
        "total_amount": Decimal(100),
        "amount_due": Decimal(due),
        "status": InvoiceStatus.SUBMITTED,
        "currency": "GBP",
        "customer_ref": CUSTOMER,
    }
    return Invoice(**fields | changes)


def credit(left: str) -> CreditNote:
    return CreditNote(
        id="n",
        issue_date=datetime(2029, 6, 1),  # noqa: DTZ001 - a calendar date has no zone
        total_amount=Decimal(left),
        total_discount=Decimal(0),
        sub_total=Decimal(left),
        total_tax_amount=Decimal(0),
        discount_percentage=Decimal(0),
        remaining_credit=Decimal(left),
        status=CreditNoteStatus.SUBMITTED,
        customer_ref=CUSTOMER,
    )


def said(amount: str, overdue: str, id_: str = "c") -> Figure:
    return Figure(id_, "Orchard Hotel", Decimal(amount), overdue=Decimal(overdue))


def line_of(told: Told, *documents: Invoice | CreditNote) -> TieOutLine:
    (line,) = compare_contacts(documents, told, None)
    return line


def test_credit_is_taken_off_what_is_owed_and_not_off_what_is_overdue() -> None:
    line = line_of(Told(DAY, [said("70.00", "100.00")]), invoice(), credit("30.00"))
    assert not differs(line)
    assert (line.ours, line.overdue and line.overdue.ours) == (Decimal(70), Decimal(100))


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.VOID])
def test_what_has_no_effect_is_not_owed(status: InvoiceStatus) -> None:
    assert compare_contacts([invoice(status=status)], Told(DAY, []), None) == ()


def test_what_is_dated_ahead_is_owed_already() -> None:
    ahead = invoice(issue_date=datetime(2029, 8, 1), due_date=datetime(2029, 9, 1))  # noqa: DTZ001
    assert not differs(line_of(Told(DAY, [said("100.00", "0.00")]), ahead))


@pytest.mark.parametrize(
    ("due_on", "overdue", "difference"),
    [
        (datetime(2029, 6, 30), "100.00", 0),  # noqa: DTZ001 - overdue by tomorrow
        (datetime(2029, 6, 29), "0.00", 0),  # noqa: DTZ001 - not yet by yesterday
        (datetime(2029, 6, 28), "0.00", 100),  # noqa: DTZ001
        (datetime(2029, 6, 10), "60.00", 40),  # noqa: DTZ001
    ],
)
def test_the_providers_day_may_be_the_next_or_the_last(
    due_on: datetime, overdue: str, difference: int
) -> None:
    line = line_of(Told(DAY, [said("100.00", overdue)]), invoice(due_date=due_on))
    assert line.overdue is not None
    assert line.overdue.difference == difference


def test_a_document_that_we_lack_shows_in_its_period() -> None:
    lacking = Figure("j", "INV-2", Decimal("40.00"), contact="c", due=date(2029, 4, 15))
    theirs = [Figure("", "Opening Balance", Decimal(0), contact="c"), lacking]
    same = Figure("i", "INV-1", Decimal("100.00"), contact="c", due=date(2029, 6, 10))
    told = Told(DAY, [said("140.00", "140.00")], [*theirs, same])
    line = line_of(told, invoice())
    assert line.difference == Decimal("-40.00")
    assert [each.difference for each in line.periods or ()] == [0, 0, 0, -40, 0]
    (document,) = (line.periods or ())[3].documents
    assert (document.id, document.name, document.ours) == ("j", "INV-2", None)
    assert line.reason is None


def test_where_the_documents_agree_credit_is_to_blame() -> None:
    same = Figure("i", "INV-1", Decimal("100.00"), contact="c", due=date(2029, 6, 10))
    told = Told(DAY, [said("100.00", "100.00")], [same])
    assert line_of(told, invoice(), credit("30.00")).reason == CREDIT


def test_a_contact_that_the_provider_does_not_know_is_a_difference() -> None:
    line = line_of(Told(DAY, []), invoice())
    assert (line.contact_id, line.name, line.theirs) == ("c", "Orchard Hotel", None)
    assert (line.difference, line.periods) == (Decimal(100), None)


def test_those_that_differ_most_are_asked_about_first() -> None:
    theirs = [said("100.00", "100.00"), said("5.00", "0.00", "d"), said("0.00", "9.00", "e")]
    assert differing([invoice()], theirs, DAY) == ["e", "d"]


def test_only_what_is_open_is_read() -> None:
    wanted = open_documents(AGED_DEBTORS)[DataType.INVOICES]
    assert evaluate(wanted, decode(encode(invoice())))
    assert not evaluate(wanted, decode(encode(invoice("0.00"))))


@pytest.mark.parametrize(
    "figure",
    [
        said("-1.10", "2.20"),
        Figure("a", None, Decimal("5.00"), takes_earnings=True),
        Figure("i", "INV-1", Decimal("5.00"), contact="c", due=DAY),
    ],
)
def test_a_figure_survives_being_kept(figure: Figure) -> None:
    assert Figure.from_json(figure.to_json()) == figure


def test_what_is_told_by_document_has_a_kind_of_its_own() -> None:
    assert by_document(AGED_DEBTORS) != AGED_DEBTORS
